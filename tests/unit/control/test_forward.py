"""What is a way forward: told by what a change does."""

import pytest

from migration_harness.control.forward import goes_forward, is_pilot
from migration_harness.deciding.buckets import bucket_of
from migration_harness.testing import flag_state

SALT = "s"
SHARE = bucket_of("7", salt=SALT) + 1
"""The smallest share that includes account 7."""


def state(**changed):
    return {"stage": "live", "baseline": "shadow", "everyone": None, "share_bps": 0, "account 7": "inherit"} | changed


STATES = [
    state(everyone=everyone, share_bps=share, stage=stage, **{"account 7": membership})
    for everyone in (True, False, None)
    for share in (0, SHARE - 1, SHARE, 10_000)
    for stage in ("live", "complete")
    for membership in ("on", "off", "inherit")
]


def includes(of):
    """Tell it by the snapshot's own rule, which decides."""
    members = {"on": "included", "off": "excluded"}.get(of["account 7"])
    sets = {"included": frozenset(), "excluded": frozenset()} | ({members: frozenset("7")} if members else {})
    made = flag_state("f", everyone=of["everyone"], share_bps=of["share_bps"], salt=SALT, **sets)
    return made.includes("7")


class TestGoingForward:
    def test_is_every_change_by_which_an_account_joins(self):
        for before in STATES:
            for after in STATES:
                if includes(after) and not includes(before):
                    assert goes_forward(before=before, after=after, salt=SALT, included=0), (before, after)

    def test_is_every_change_to_a_harder_way_back_while_it_is_not_rolled_back(self):
        for before in STATES:
            for after in STATES:
                if (before["stage"], after["stage"]) == ("live", "complete") and after["everyone"] is not False:
                    assert goes_forward(before=before, after=after, salt=SALT, included=0), (before, after)

    @pytest.mark.parametrize("key", ["everyone", "share_bps", "account 7", "stage"])
    def test_is_no_change_of_one_thing_by_which_nobody_joins(self, key):
        """But for one: a share may be raised past somebody, whom this account does not stand for."""
        for before in STATES:
            for after in STATES:
                if any(before[other] != after[other] for other in before if other != key):
                    continue
                somebody = key == "share_bps" and after["share_bps"] > before["share_bps"]
                harder = (before["stage"], after["stage"]) == ("live", "complete")
                reaches = key == "everyone" and (after["share_bps"] or after["everyone"])
                if includes(after) <= includes(before) and not (somebody or harder or reaches):
                    assert not goes_forward(before=before, after=after, salt=SALT, included=0), (before, after)

    def test_is_no_way_to_fewer_accounts(self):
        everyone, share = state(everyone=True, share_bps=100), state(share_bps=100)
        assert not goes_forward(before=everyone, after=share, salt=SALT, included=3)

    def test_is_the_way_back_from_a_rollback_to_those_who_are_named(self):
        back, now = state(everyone=False), state()
        del back["account 7"], now["account 7"]
        assert goes_forward(before=back, after=now, salt=SALT, included=1)
        assert not goes_forward(before=back, after=now, salt=SALT, included=0)


class TestPilot:
    @pytest.mark.parametrize(("included", "expected"), [(0, True), (2, True), (3, False)])
    def test_is_one_of_three_by_name(self, included, expected):
        assert is_pilot(before=state(), after=state(**{"account 7": "on"}), included=included) is expected

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (state(), state(share_bps=1)),
            (state(), state(**{"account 7": "on"}, share_bps=1)),
            (state(**{"account 7": "off"}, everyone=True), state(everyone=True)),
            (state(stage="complete"), state(stage="complete", **{"account 7": "on"})),
            (state(stage="rampdown"), state(stage="rampdown", **{"account 7": "on"})),
            (state(), state()),
        ],
        ids=["a share", "a name and a share", "no name", "not compared", "not compared either", "nothing"],
    )
    def test_is_nothing_else(self, before, after):
        assert not is_pilot(before=before, after=after, included=0)
