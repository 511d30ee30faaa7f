"""A seam whose revision is looked at, with a candidate that imports next to nothing."""

from datetime import date

from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.seams.seam import Seam

RULE = Rule(name="r", reason="", owner="", expires=date(2027, 1, 1), covers=lambda *_: True, version="1")
ORACLE = Oracle(name="r", reason="", owner="", expires=date(2027, 1, 1), answer=abs, recorded_legacy=abs, version="1")


def answer(**_):
    return 1


def seam_with(*explain, candidate=answer, **own):
    return Seam(
        name="trial", flag="f", control=answer, candidate=candidate, subject=lambda *, account: account,
        explain=explain, **own,
    )  # fmt: skip
