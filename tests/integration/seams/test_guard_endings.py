"""A side that would end the process ends nothing: nobody has left for it, and everything goes on."""

import os

import pytest

from migration_harness.deciding import endings
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .trial import Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]

ENDS = {
    "_exit": lambda: os._exit(1),
    "execv": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "execve": lambda: os.execve("/bin/true", ["true"], {}),  # noqa: S606
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_end_of_the_process_is_refused_before_anybody_leaves(end, monkeypatch):
    left = []
    monkeypatch.setattr(endings, "_acts", [])
    endings.before_the_end(lambda: left.append("left"))
    with fixed_flags(flag_at("f", Stage.SHADOW)):
        assert Trial(candidate=lambda _account: end()).call() == "old"
    assert (left, verdicts()) == ([], ["blocked"])
