"""The deletion of legacy code in a tree of its own, and what is asked of the tree that is left."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from rehearsal.ending import LAST
from rehearsal.failed import Failed
from rehearsal.place import Place
from rehearsal.story import Step, Story
from rehearsal.tree import clone_tree, commit, git

CHECKS: Final = ("make", "--no-print-directory", "-o", "frontend", "-o", ".venv/installed", "check")
"""As ``make check``, with what is installed: the pages were built a moment before."""
BUILD: Final = ("frontend/npm", "run", "--silent", "build", "--", "--logLevel", "warn")
RECORDS: Final = (".venv/bin/python", "manage.py", "record_operations", "data/operations.json")
"""As ``make record-operations``."""
SHORT: Final = ("igny8_core/tests", "tests/architecture", "tests/unit/ai", "tests/unit/automation")
"""The remaining tests of a short rehearsal."""
GREP: Final = (
    ("rates", "MODEL_RATES", ("igny8_core/ai/constants.py",)),
    ("keys", "_api_key", ("igny8_core/modules/system/global_settings_models.py",)),
    ("frontend", r"gpt-|dall-e|runware:|bria:|google:", ("frontend/src",)),
    ("fallback", "MODEL_RATES|constants", ("igny8_core/ai/model_registry.py",)),
    (
        "fields",
        "openai_model|dalle_model|runware_model|default_text_provider|default_image_service",
        ("igny8_core/modules/system/global_settings_models.py",),
    ),
)
"""The five lines of “no legacy remains” as somebody would look for them by hand."""
FALLBACK: Final = '\n\ndef _planted(name: str) -> int:\n    return {"gpt-5.1": 1}.get(name, 7)\n'
REGISTRY: Final = "igny8_core/ai/model_registry.py"
_SECONDS: Final = 3_600
_IMPORT: Final = re.compile(r"\+\s*(from .+ import|import .+|[\w, ]+,?|\)|)$")


class Deletion:
    """Removes legacy code in ``after``, a clone of the tree that still serves, and asks the gates of that service."""

    def __init__(self, before: Place, after: Place, story: Story, *, is_short: bool) -> None:
        self._before, self._after, self._story, self._is_short = before, after, story, is_short

    def make(self) -> None:
        """Remove it, and commit that."""
        with self._story.step(LAST, "Legacy code is removed in a tree of its own: one command") as step:
            clone_tree(self._before.tree, self._after.tree)
            with self._after.at_hand():
                told = self._after.harness("legacy", "remove", "--all", "--write")
            commit(self._after.tree, "Without legacy code")
            self._told(step, told)

    def check(self) -> None:
        """See that what is left is whole: checks, pages, the remaining tests."""
        with (
            self._story.step(LAST, "The tree that is left: its pages are built, it is checked, its tests run") as step,
            ThreadPoolExecutor() as at_once,
        ):
            self._after.runs(*BUILD)
            (self._after.tree / "frontend" / "dist" / "built").touch()
            checked, tested = at_once.submit(self._checked), at_once.submit(self._remaining_tests)
            step.found += [checked.result(), tested.result()]
            self._story.figures[LAST]["tests"] = tested.result()

    def migrate_first(self) -> None:
        """Run what has to be there before the code that is left: the code of today still serves."""
        with self._story.step(LAST, "Before the deploy: schema migrations that add") as step, self._after.at_hand():
            told = self._after.harness("migrate", "--pre", "--yes", "--reason", "before the deploy")
            step.found.append(f"{len(told['migrations'])} of them")

    def scan(self) -> None:
        """See that no legacy remains: by the scan, by a plain grep; and that the scan would find a fallback."""
        with self._story.step(LAST, "No legacy remains, by the scan and by grep; a planted fallback is found") as step:
            told = self._after.harness("legacy", "scan")
            _refuse_any(f"{each['name']}: {each['findings']}" for each in told["lines"] if each["findings"])
            _refuse_any(self._grepped())
            registry = self._after.tree / REGISTRY
            clean = registry.read_text()
            registry.write_text(clean + FALLBACK)
            found = {each["name"]: each["findings"] for each in self._after.harness("legacy", "scan")["lines"]}
            registry.write_text(clean)
            if not found["fallback"]:
                raise Failed("A fallback was planted in ModelRegistry, and the scan has not found it.")
            step.found.append(f"{len(told['lines'])} lines hold by the scan, {len(GREP)} by grep")
            step.found.append(f"planted, and found: {found['fallback'][0]['path']}:{found['fallback'][0]['line']}")

    def _told(self, step: Step, told: dict[str, Any]) -> None:
        removed = told["lines_removed"]
        step.found.append(
            f"{removed['code']:,} lines of code and {removed['tests']:,} of tests less, {told['lines_added']:,} more, "
            f"in {len(told['files']):,} files"
        )
        step.found.append(git(self._after.tree, "diff", "--shortstat", "HEAD~1").strip())
        added = git(
            self._after.tree, "diff", "--unified=0", "HEAD~1", "--", "igny8_core/*.py", "migration_harness/*.py"
        )
        others = [
            line for line in added.splitlines()
            if line.startswith("+") and not line.startswith("+++") and not _IMPORT.match(line)
        ]  # fmt: skip
        step.found.append(f"{len(others):,} lines of Python are new that are no import")

    def _checked(self) -> str:
        self._after.runs(*CHECKS, timeout_seconds=_SECONDS)
        return "formatted, linted, typed, layered, no schema migration missing, pages checked"

    def _remaining_tests(self) -> str:
        if not self._is_short:
            # What the revision before did reads tables that are gone.
            self._after.runs(*RECORDS, environment=self._after.environment)
            commit(self._after.tree, "Recorded anew")
        words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *SHORT] if self._is_short else ["-m", "tests.halves"]
        said = self._after.runs(self._after.python, *words, timeout_seconds=_SECONDS)
        return said.strip().splitlines()[-1].strip("= ")

    def _grepped(self) -> Iterator[str]:
        for name, pattern, paths in GREP:
            there = [each for each in paths if (self._after.tree / each).exists()]
            words = ["grep", "-rnE", "--exclude=*.test.*", "--exclude-dir=test", pattern, *there]
            done = subprocess.run(words, cwd=self._after.tree, capture_output=True, text=True, check=False)
            if there and done.returncode != 1:
                yield f"{name}: {done.stdout}{done.stderr}"


def _refuse_any(found: Iterator[str]) -> None:
    if told := "\n".join(found):
        raise Failed(f"Legacy remains:\n{told[:3_000]}")
