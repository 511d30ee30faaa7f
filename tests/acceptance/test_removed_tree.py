"""This very tree without its legacy code: what is left is right, and what was changed is deletions and imports."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.tree import copy_tree, git

pytestmark = pytest.mark.legacy

SCRIPT = Path(__file__).with_name("removed_tree.py")
SCAN = """
import django; django.setup()
from pathlib import Path
from igny8_core.migration_plan import PLAN
from migration_harness.retire.scan import scan
print([f"{each.line.name}: {place}" for each in scan(Path.cwd(), PLAN.legacy) for place in each.places])
"""
STAYING = {
    "openai_temperature", "openai_max_tokens", "image_quality", "image_style", "max_in_article_images",
    "desktop_image_size", "mobile_image_size",
}  # fmt: skip
MODELS = re.compile(r"gpt-|dall-e-|runware:|bria:|google:4")


def run(tree, *words, **environment):
    """Run Python in a tree; returns the exit code and all that it printed."""
    environment = os.environ | {"PYTHONPATH": str(tree), "DJANGO_SETTINGS_MODULE": "igny8_core.settings"} | environment
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of this tree, committed as it is today, from which all legacy code was removed."""
    copy = tmp_path_factory.mktemp("removed") / "tree"
    copy_tree(copy)
    code, told = run(copy, str(SCRIPT), "all")
    assert code == 0, told
    return copy


def is_code(path):
    return path.endswith((".py", ".ts", ".tsx")) and "test" not in path and not path.startswith("docs/")


def changed_lines(tree):
    """Return the lines of code that a removal added, and how many it took away; schema migrations are new files."""
    added, gone, path = [], 0, ""
    for line in git(tree, "diff", "--unified=0", "--no-renames", "HEAD").splitlines():
        if line.startswith("diff --git"):
            path = line.rpartition(" b/")[2]
        elif is_code(path) and line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:])
        elif is_code(path) and line.startswith("-") and not line.startswith("---"):
            gone += 1
    return added, gone


class TestRemovedTree:
    def test_has_lost_lines_and_got_imports(self, tree):
        added, gone = changed_lines(tree)
        assert [line for line in added if not re.match(r"(from \S+ )?import |__all__ = ", line)] == []
        assert (len(added) < 60, gone > 2_000) == (True, True)

    def test_drops_what_the_plan_says_by_schema_migrations_after_the_deploy(self, tree):
        new = git(tree, "ls-files", "--others", "--exclude-standard").split()
        assert [Path(path).name.partition("_")[2] for path in new] == ["post_legacy_removed.py"] * 2

    @pytest.mark.parametrize(
        "words",
        [
            ("-m", "ruff", "check", "--quiet", "."),
            ("-m", "ruff", "format", "--check", "--quiet", "."),
            ("manage.py", "makemigrations", "--check", "--dry-run"),
            ("manage.py", "check", "--fail-level", "WARNING"),
        ],
        ids=" ".join,
    )
    def test_passes_what_is_checked_before_each_commit(self, tree, words):
        code, told = run(tree, *words)
        assert code == 0, told

    def test_keeps_to_its_layers(self, tree):
        code, told = run(tree, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
        assert code == 0, told

    def test_is_clean_to_the_scan(self, tree):
        assert run(tree, "-c", SCAN) == (0, "[]\n")

    def test_is_clean_to_the_eye(self, tree):
        """The five lines with which the planning documents end, by searching for words."""
        service = tree / "igny8_core"
        constants, registry = service / "ai/constants.py", service / "ai/model_registry.py"
        settings = (service / "modules/system/global_settings_models.py").read_text()
        fields = set(re.findall(r"^    (\w+) = models\.", settings, re.MULTILINE))
        pages = [each for each in (tree / "frontend/src").rglob("*.ts*") if ".test." not in each.name]
        assert "MODEL_RATES" not in (constants.read_text() if constants.exists() else "")
        assert "MODEL_RATES" not in registry.read_text()
        assert "_api_key" not in settings
        assert fields == STAYING
        assert [each.name for each in pages if MODELS.search(each.read_text())] == []

    def test_does_all_that_it_did(self, tree):
        """The service's own tests: each phase's, and each execution path's."""
        words = ("-m", "pytest", "igny8_core/tests", "-q", "-p", "no:cacheprovider")
        code, told = run(tree, *words, DJANGO_SETTINGS_MODULE="tests.settings")
        assert code == 0, told[-4_000:]
