"""What is told to open a gate, or to meet a criterion, does as it is typed; what a person fills in is in capitals."""

import re
import shlex

from django.utils import timezone

from migration_harness.plan import plan
from migration_harness.rollout.criteria.answering import completion
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way

COMMAND = re.compile(r"python manage\.py harness ([^;&)]+?)(?= && |;|$|\))")
TO_FILL_IN = re.compile(r"\b[A-Z]{3,}\b")
WRONG_USAGE = 2


def remedies():
    """Return what every gate and criterion tells on a database on which nothing was done yet."""
    gates = [each.answer.remedy for phase in plan().phases for way in Way for each in ask(phase, way)]
    return {*gates, *(each.remedy for each in completion(now=timezone.now()).criteria)}


def test_do_as_they_are_typed(harness, demo):
    told = {command.strip() for remedy in remedies() for command in COMMAND.findall(remedy)}
    # The whole suite is no part of a test.
    typed = {each for each in told if not TO_FILL_IN.search(each) and not each.startswith("verify ")}
    assert "errors" in typed
    ends = {each: harness(*shlex.split(each)) for each in sorted(typed)}
    assert {each: err for each, (code, _, err) in ends.items() if code == WRONG_USAGE or "permission" in err} == {}


def test_say_what_a_person_fills_in(demo):
    told = {remedy for remedy in remedies() if "forecast" in remedy}
    assert told == {"python manage.py harness forecast --sign-off --reason WHY --yes --as USERNAME"}
