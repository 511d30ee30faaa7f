"""The tests ran after the phase, on the revision that runs here, and all of them passed."""

from dataclasses import replace
from typing import Final

from migration_harness.evidence.findings import Answer
from migration_harness.models import TestRun
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page
from migration_harness.rollout.revision import Revision
from migration_harness.wording import counted

_HASH_CHARACTERS: Final = 12


class TestsGreen:
    """The full suite is green on this revision, after this phase. Zero tests, or a dirty tree, say nothing."""

    __test__ = False
    name = GateName.TESTS.value
    words = "The tests are green on this revision, after this phase"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Judge the newest run that counts for this phase."""
        remedy = f"python manage.py harness verify {question.after[0]}"
        runs = [question.facts.test_runs[each] for each in question.after if each in question.facts.test_runs]
        run = max(runs, key=lambda each: each.pk, default=None)
        if run is None:
            phases = " or ".join(f"phase {each}" for each in question.after)
            found = _unknown(f"No run of the tests is recorded after {phases}.", remedy)
            return replace(found, evidence=page("phase", question.phase.number, part="tests"))
        evidence = page("phase", run.phase, part="tests")
        return replace(_judged(run, question.facts.revision, remedy), evidence=evidence)


def _judged(run: TestRun, now: Revision, remedy: str) -> GateAnswer:
    said = f"{counted(run.tests, 'test')} on revision {_short(run.revision)} at {run.at:%Y-%m-%d %H:%M} UTC"
    if run.failed:
        return GateAnswer(answer=Answer.CLOSED, sentence=f"{run.failed:,} of {said} failed.", remedy=remedy)
    if run.exit_code:
        return GateAnswer(
            answer=Answer.CLOSED, sentence=f"The suite ended with exit code {run.exit_code}: {said}.", remedy=remedy
        )
    if not run.tests:
        return _unknown("The newest run had no test in it, so it says nothing.", remedy)
    if run.dirty:
        return _unknown(f"The tree had changes that its revision does not have: {said}.", remedy)
    if not now.name:
        return _unknown(f"Nobody can say which revision runs here. {now.remedy}", remedy)
    if now.dirty:
        return _unknown(f"The tree has changes that revision {_short(now.name)} does not have.", "Commit them")
    if run.revision != now.name:
        return _unknown(f"Revision {_short(now.name)} runs here, and the newest run was another: {said}.", remedy)
    return GateAnswer(answer=Answer.OPEN, sentence=f"All passed: {said}.")


def _unknown(sentence: str, remedy: str) -> GateAnswer:
    return GateAnswer(answer=Answer.UNKNOWN, sentence=sentence, remedy=remedy)


def _short(revision: str) -> str:
    return revision[:_HASH_CHARACTERS]
