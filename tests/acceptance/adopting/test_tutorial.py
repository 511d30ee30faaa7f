"""The tutorial, typed as written in an empty folder: from a project without the harness to one without it again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from .test_wheel import database, wheel  # noqa: F401  Fixtures: an empty database, and the wheel that was built.
from .tutorial import PAGE, Step, steps, type_in

STEPS = list(steps(PAGE.read_text()))
LONGEST_FIRST_CALL = 15
"""Lines of the host's code up to its first compared call."""


def lines(text: str) -> int:
    """Count lines of code as people do: no blank ones, no comments."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def typed(step: Step, folder: Path, environment: dict[str, str]) -> str:
    # One shell for each block, as the reader's own: what it activates is for all that follow.
    script = f"set -e; [ ! -f .venv/bin/activate ] || . .venv/bin/activate\n{step.text}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{step.text}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_works_as_it_is_written(wheel, database, tmp_path):  # noqa: F811
    shutil.copytree(wheel.parent, tmp_path / "dist")
    given, (_, asked) = connection.settings_dict, database
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "HARNESS_", "PG"))}
    environment = kept | {
        "PGHOST": given["HOST"], "PGPORT": str(given["PORT"] or ""), "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"], "PGDATABASE": asked.info.dbname,
        # A module that nobody imports need not be compiled.
        "PIP_COMPILE": "0",
    }  # fmt: skip
    for step in STEPS:
        if step.file:
            type_in(step, tmp_path)
            continue
        said = typed(step, tmp_path, environment)
        assert [line for line in step.prints if line not in said] == [], said
    tables = asked.execute("SELECT relname::text FROM pg_class WHERE relname LIKE 'migration_harness%'").fetchall()
    assert tables == []
    assert not list((tmp_path / ".venv").rglob("migration_harness/__init__.py"))


def test_has_its_first_compared_call_in_few_lines():
    written = [step for step in STEPS if step.section == "The first compared call" and step.file]
    # The function that replaces the old one is no line for the harness.
    code = [step for step in written if step.file != "quotes/prices.py"]
    assert {step.file for step in code} == {"shop/settings.py", "quotes/seams.py", "quotes/checkout.py"}
    assert sum(lines(step.text) for step in code) <= LONGEST_FIRST_CALL


def test_is_read_as_it_is_shown():
    with pytest.raises(ValueError, match="belongs to nothing"):
        list(steps("## One\n\n```python\nx = 1\n```\n"))
