"""A call that would be another one if the candidate answered: what each side is asked then."""

import json
from datetime import date

import pytest

from migration_harness.comparing.explanations import Oracle
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.log import recorder
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.seams.charge import charge
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at, flag_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]

PRICES = {"old": 3, "new": 70}
COMPARED = [Stage.SHADOW, Stage.LIVE]


def priced(*, account, model, target="", **_):
    return PRICES[target or model]


def tariff(*, account, model, target=""):
    return 19


def seam_of(*, money=True, candidate=None, **options):
    """A price whose candidate asks for the model that the account would use."""

    def new(*, account, model, target=""):
        return priced(account=account, model=model, target=target)

    oracle = Oracle(
        name="list", reason="", owner="", expires=date(9999, 1, 1), answer=priced, recorded_legacy=lambda **_: 19
    )
    return Seam(
        name="trial", flag="f", control=tariff, candidate=candidate or new, subject=lambda *, account, **_: account,
        group_by=lambda *, model, target, **_: (target or model, model), explain=[oracle], measure="credits",
        money=money, foreseen=["target"], **options,
    )  # fmt: skip


def rows():
    recorder.buffer.flush()
    return [
        (tuple(c.group), c.verdict, c.control_measure, c.candidate_measure) for c in Comparison.objects.order_by("id")
    ]


class TestCall:
    @pytest.mark.parametrize("money", [True, False], ids=["money", "other"])
    @pytest.mark.parametrize(
        ("stage", "answer", "compared"),
        [
            (Stage.OFF, 19, []),
            (Stage.DUALWRITE, 19, []),
            (Stage.SHADOW, 19, [(("new", "old"), "intended", 19, 70)]),
            (Stage.LIVE, 3, [(("old", "old"), "intended", 19, 3)]),
            (Stage.RAMPDOWN, 3, []),
            (Stage.COMPLETE, 3, []),
        ],
        ids=str,
    )
    def test_is_foreseen_where_the_control_answers_and_is_what_it_is_where_the_candidate_does(
        self, money, stage, answer, compared
    ):
        seam = seam_of(money=money)
        with fixed_flags(flag_at("f", stage)), charge(operation_id="op"):
            assert seam(account="1", model="old", target="new") == answer
        assert rows() == compared

    @pytest.mark.parametrize("stage", list(Stage), ids=str)
    def test_outside_a_charge_is_priced_for_whoever_answers(self, stage):
        with fixed_flags(flag_at("f", stage)):
            told = seam_of()(account="1", model="old", target="new")
        assert told == (3 if stage in (Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE) else 19)

    @pytest.mark.parametrize("more", [{}, {"target": ""}, {"target": "old"}], ids=["left out", "empty", "the same"])
    @pytest.mark.parametrize("stage", COMPARED, ids=str)
    def test_that_would_be_the_same_is_compared_as_it_is(self, stage, more):
        with fixed_flags(flag_at("f", stage)), charge(operation_id="op"):
            seam_of()(account="1", model="old", **more)
        assert rows() == [(("old", "old"), "intended", 19, 3)]

    def test_is_judged_by_what_the_oracle_says_of_it(self):
        """A candidate that is wrong on the new model alone."""
        seam = seam_of(candidate=lambda *, account, model, target="": 3)
        with fixed_flags(flag_at("f", Stage.SHADOW)), charge(operation_id="op"):
            assert seam(account="1", model="old", target="new") == 19
        assert rows() == [(("new", "old"), "mismatch", 19, 3)]

    def test_is_kept_with_its_sample_as_it_was_made(self):
        """So that an exported test makes the same one again."""
        seam = seam_of(candidate=lambda *, account, model, target="": 3)
        with fixed_flags(flag_at("f", Stage.SHADOW)), charge(operation_id="op"):
            seam(account="1", model="old", target="new")
        (sample,) = ComparisonSample.objects.all()
        payload = sample.payload if isinstance(sample.payload, dict) else json.loads(sample.payload)
        assert payload["call"] == {"account": "1", "model": "old", "target": "new"}
        assert seam.compare(**payload["call"]).signature == sample.signature

    @pytest.mark.parametrize(
        ("control", "candidate", "role"),
        [
            (lambda *, account: 1, lambda *, account, target="": 1, "control"),
            (lambda *, account, target="": 1, lambda *, account: 1, "candidate"),
            (lambda *, account, target: 1, lambda *, account, target="": 1, "control"),
            (lambda *, account, target="": 1, lambda account, target="": 1, "candidate"),
        ],
        ids=["control", "candidate", "default", "position"],
    )
    def test_is_refused_where_a_side_cannot_do_without_it(self, control, candidate, role):
        with pytest.raises(HarnessMisconfigured, match=f"{role} has no keyword-only argument target with a default"):
            Seam(
                name="trial", flag="f", control=control, candidate=candidate, subject=lambda *, account, **_: account,
                foreseen=["target"],
            )  # fmt: skip


class TestForesee:
    """What the candidate would answer."""

    def seam(self, candidate=lambda *, account: "new"):
        return Seam(
            name="trial", flag="f", control=lambda *, account: "old", candidate=candidate,
            subject=lambda *, account: account if isinstance(account, str) else "1",
        )  # fmt: skip

    @pytest.mark.parametrize("stage", list(Stage), ids=str)
    def test_is_known_where_the_control_answers_and_is_compared(self, stage):
        with fixed_flags(flag_at("f", stage)):
            assert self.seam().foresee(account="1") == ("new" if stage is Stage.SHADOW else None)
        assert rows() == []

    def test_is_of_the_account(self):
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, included=frozenset({"2"}))):
            seam = self.seam()
            assert [seam.foresee(account=each) for each in ("1", "2", "3")] == ["new", None, "new"]

    def test_is_nothing_without_a_flag_and_where_nothing_is_compared(self):
        seam = self.seam()
        with fixed_flags():
            assert seam.foresee(account="1") is None
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, compared_bps=0)):
            assert seam.foresee(account="1") is None

    @pytest.mark.parametrize("kind", ["raises", "exits", "writes"])
    def test_is_nothing_where_the_candidate_fails(self, kind):
        def candidate(*, account):
            if kind == "writes":
                Comparison.objects.create()
            raise SystemExit if kind == "exits" else ValueError

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert self.seam(candidate).foresee(account="1") is None
        assert Comparison.objects.count() == 0

    def test_changes_no_argument_of_the_caller(self):
        account = ["1"]
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert self.seam(lambda *, account: account.append("2")).foresee(account=account) is None
        assert account == ["1"]

    def test_lets_pass_what_concerns_the_process(self):
        def interrupted(*, account):
            raise KeyboardInterrupt

        with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(KeyboardInterrupt):
            self.seam(interrupted).foresee(account="1")
