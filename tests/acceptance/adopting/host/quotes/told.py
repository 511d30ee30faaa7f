"""A seam whose sides answer with what they are given, until a test says otherwise."""

from migration_harness.api import Seam


class Candidate:
    """What a test wants of the candidate: ``answer`` is called for its answer, ``given`` is what it was given."""

    answer = None
    given = None


state = Candidate()


def as_given(*, value):
    return value


def as_told(*, value):
    state.given = value
    return value if state.answer is None else state.answer()


told = Seam(name="quotes.told", flag="rebates", control=as_given, candidate=as_told, subject=lambda **_: "anna")
