"""Each act that needs two people: what it asks, what makes it void, and what an override leaves open."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from migration_harness import queries
from migration_harness.approving import answering
from migration_harness.approving.now import changes
from migration_harness.authority.approvals import asked_of
from migration_harness.comparing.scope import Scope
from migration_harness.control import going_live
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import (
    ApprovalAwaited,
    ApprovalNeeded,
    ApprovalVoid,
    ExplanationDecided,
    NotAllowed,
    SecondPersonNeeded,
)
from migration_harness.models import Approval, AuditEvent, Flag, ForecastSignOff, StoredExplanation
from migration_harness.money.forecast import signing
from migration_harness.money.forecast.sign_off import forecast_signed_off, sign_off
from migration_harness.reviewing import approvals as explanations
from migration_harness.trail import audit

from ..approving import approve_all, by_two, second_person
from ..forecasting import kept_now, used
from .people import person

FLAG = "model-based-credits"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def two_go_live(demo, monkeypatch):
    """The plan wants two people for every flag that goes live."""
    monkeypatch.setattr(going_live, "needs_two", lambda _name: True)
    change_flag(name=FLAG, change=FlagChange(baseline=Stage.SHADOW, everyone=None), actor="seed")


@pytest.fixture
def two_sign(demo, monkeypatch):
    monkeypatch.setattr(signing, "needs_two", lambda: True)


def flip(actor="ada", *, override=False, reason="x", **change):
    return change_flag(name=FLAG, change=FlagChange(**change), actor=actor, reason=reason, override=override)


def propose(**by):
    return explanations.propose(
        signature="abc", scope=Scope(seam="models.default", fields=frozenset({("name", "value")}), group=None),
        reason="renamed", owner="ada", expires=TODAY + timedelta(days=3), covered={}, **{"actor": "ada"} | by,
    )  # fmt: skip


FORWARD = {
    "a share": ({"share_bps": 100}, {}),
    "a larger share": ({"share_bps": 500}, {"share_bps": 100}),
    "an account by name": ({"account_id": "7", "membership": "on"}, {}),
    "an account that was excluded": (
        {"account_id": "7", "membership": "inherit"},
        {"account_id": "7", "membership": "off", "share_bps": 10_000},
    ),
    "everyone": ({"everyone": True}, {}),
    "a harder way back": ({"stage": Stage.RAMPDOWN}, {}),
    "back from a rollback": ({"everyone": None}, {"everyone": False, "share_bps": 100}),
}  # fmt: skip
BACKWARD = {
    "a smaller share": ({"share_bps": 50}, {"share_bps": 100}),
    "an account is excluded": ({"account_id": "7", "membership": "off"}, {}),
    "nobody": ({"everyone": False}, {"share_bps": 100}),
    "an easier way back": ({"stage": Stage.LIVE}, {"stage": Stage.RAMPDOWN}),
    "no comparison": ({"baseline": Stage.OFF}, {}),
    "a share while it is rolled back": ({"share_bps": 100}, {"everyone": False}),
    "nothing": ({}, {"share_bps": 100}),
    "an excluded account that nothing includes": (
        {"account_id": "7", "membership": "inherit"},
        {"account_id": "7", "membership": "off"},
    ),
    "back from a rollback to nobody": ({"everyone": None}, {"everyone": False}),
    "fewer than everyone": ({"everyone": None}, {"everyone": True, "share_bps": 100}),
}


@pytest.mark.django_db
class TestGoingLive:
    @pytest.mark.parametrize(("change", "before"), FORWARD.values(), ids=FORWARD)
    def test_needs_two_people_where_the_plan_says_so(self, two_go_live, change, before):
        by_two(lambda: flip(**before))
        epoch = Flag.objects.get(name=FLAG).epoch
        with pytest.raises(ApprovalAwaited):
            flip(**change)
        assert Flag.objects.get(name=FLAG).epoch == epoch
        approve_all()
        assert flip(**change).changed
        event = AuditEvent.objects.filter(subject=FLAG).latest("id")
        assert event.evidence["approval"]["approved_by"] == "grace"
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize(("change", "before"), BACKWARD.values(), ids=BACKWARD)
    def test_asks_nobody_on_the_way_back(self, two_go_live, change, before):
        by_two(lambda: flip(**before))
        asked = Approval.objects.count()
        flip(**change)
        assert Approval.objects.count() == asked

    def test_asks_nobody_for_a_rollback(self, two_go_live):
        by_two(lambda: flip(share_bps=100))
        assert roll_back(name=FLAG, actor="ada").changed

    @pytest.mark.parametrize(
        "meanwhile",
        [{"baseline": Stage.OFF}, {"everyone": False}, {"compared_bps": 5_000}],
        ids=lambda each: next(iter(each)),
    )
    def test_is_not_allowed_where_the_flag_has_changed_since(self, two_go_live, meanwhile):
        with pytest.raises(ApprovalAwaited):
            flip(share_bps=100, everyone=None)
        approve_all()
        flip(**meanwhile)
        with pytest.raises(ApprovalNeeded):
            flip(share_bps=100, everyone=None)

    def test_asked_at_one_stage_is_not_done_at_another(self, two_go_live):
        with pytest.raises(ApprovalAwaited):
            flip(share_bps=100)
        approve_all()
        by_two(lambda: flip(stage=Stage.RAMPDOWN))
        with pytest.raises(ApprovalVoid, match="stage before: live → rampdown"):
            flip(share_bps=100)

    def test_asked_for_one_share_allows_no_other(self, two_go_live):
        with pytest.raises(ApprovalAwaited):
            flip(share_bps=100)
        approve_all()
        with pytest.raises(ApprovalAwaited):
            flip(share_bps=101)

    def test_says_what_has_changed_before_it_is_approved(self, two_go_live):
        with pytest.raises(ApprovalAwaited):
            flip(share_bps=100)
        row = Approval.objects.get()
        assert changes(row, now=row.asked_at) == []
        flip(baseline=Stage.OFF)
        assert "baseline before: shadow → off" in changes(row, now=row.asked_at)
        with pytest.raises(ApprovalVoid):
            answering.approve(number=row.pk, by=second_person())

    def test_says_the_command_that_does_it(self, two_go_live):
        with pytest.raises(ApprovalAwaited, match=f"harness flag {FLAG} --share 1.25 --reason 'as agreed'"):
            flip(share_bps=125, reason="as agreed")

    def test_asks_nobody_where_the_plan_says_nothing(self, demo):
        change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="ada")
        assert Approval.objects.count() == 0

    def test_that_a_superuser_passes_alone_is_not_countersigned(self, two_go_live):
        root = person("root", is_superuser=True)
        assert flip(root, override=True, share_bps=100).changed
        (row,) = queries.not_countersigned(subject=FLAG)
        with pytest.raises(SecondPersonNeeded):
            answering.countersign(number=row.pk, by=root)
        answering.countersign(number=row.pk, by=second_person())
        assert queries.not_countersigned() == []
        assert audit.verify() == AuditEvent.objects.count()


@pytest.mark.legacy
class TestASignature:
    def test_is_one_persons_where_the_plan_says_nothing(self, account):
        used(account)
        sign_off(forecast_id=kept_now().pk, actor="ada", reason="agreed")
        assert forecast_signed_off().answer is Answer.OPEN

    def test_is_of_two_where_the_plan_says_so(self, account, two_sign):
        used(account)
        kept = kept_now()
        with pytest.raises(ApprovalAwaited):
            sign_off(forecast_id=kept.pk, actor="ada", reason="agreed")
        assert forecast_signed_off().answer is Answer.CLOSED
        number = Approval.objects.get().pk
        answering.approve(number=number, by=second_person())
        assert forecast_signed_off().sentence.startswith("Signed off by ada and grace on ")
        assert (ForecastSignOff.objects.get().actor, Approval.objects.get().state) == ("ada", "used")
        assert audit.verify() == AuditEvent.objects.count()

    def test_of_a_superuser_alone_says_so(self, account, two_sign):
        used(account)
        root = person("root", is_superuser=True)
        sign_off(forecast_id=kept_now().pk, actor=root, reason="now", override=True)
        assert "root alone, not countersigned" in forecast_signed_off().sentence

    def test_is_void_where_a_price_has_changed(self, account, two_sign):
        from igny8_core.business.billing.models import AIModelConfig

        used(account)
        with pytest.raises(ApprovalAwaited):
            sign_off(forecast_id=kept_now().pk, actor="ada", reason="agreed")
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        with pytest.raises(ApprovalVoid, match="tokens_per_credit: 1000 → 700"):
            answering.approve(number=Approval.objects.get().pk, by=second_person())
        assert ForecastSignOff.objects.count() == 0


@pytest.mark.django_db
class TestAnExplanation:
    def test_is_asked_with_its_rule_and_is_in_force_with_the_approval(self):
        made = propose()
        row = Approval.objects.get()
        assert asked_of(row).request["may differ in"] == "name (value)"
        answering.approve(number=row.pk, by=second_person())
        made.refresh_from_db()
        assert (made.state, made.approved_by, Approval.objects.get().state) == ("approved", "grace", "used")
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.evidence["approval"]["asked_by"]) == ("approve explanation", "ada")
        assert audit.verify() == AuditEvent.objects.count()

    def test_is_approved_the_same_on_its_own_page(self):
        made = propose()
        explanations.approve(number=made.pk, actor=second_person(), today=TODAY)
        assert Approval.objects.get().state == "used"

    @pytest.mark.parametrize(
        ("answer", "by", "states"),
        [("refuse", "grace", ("refused", "rejected")), ("withdraw", "ada", ("withdrawn", "withdrawn"))],
    )
    def test_is_turned_down_with_what_was_asked(self, answer, by, states):
        ada = person("ada")
        made = propose(actor=ada)
        who = ada if by == "ada" else second_person()
        answering.ANSWERS[answer](number=Approval.objects.get().pk, by=who, reason="no")
        made.refresh_from_db()
        assert (Approval.objects.get().state, made.state) == states

    def test_of_the_revision_before_is_asked_when_another_person_approves_it(self):
        ada = person("ada", "approver")
        made = propose(actor=ada)
        with transaction.atomic():
            number = StoredExplanation.objects.create(
                **{field.name: getattr(made, field.name) for field in made._meta.fields if field.name != "id"}
            ).pk
        with pytest.raises(SecondPersonNeeded):
            explanations.approve(number=number, actor=ada, today=TODAY)
        found = explanations.approve(number=number, actor=second_person(), today=TODAY)
        assert found.state == "approved"

    def test_that_was_approved_by_the_revision_before_is_not_approved_again(self):
        made = propose()
        StoredExplanation.objects.filter(pk=made.pk).update(state="approved", approved_by="bob")
        with pytest.raises(ExplanationDecided):
            answering.approve(number=Approval.objects.get().pk, by=second_person())

    def test_that_a_superuser_passes_alone_is_in_force_and_not_countersigned(self):
        made = propose(actor=person("root", is_superuser=True), override=True)
        assert made.state == "approved"
        (row,) = queries.not_countersigned()
        answering.countersign(number=row.pk, by=second_person())
        made.refresh_from_db()
        assert (made.approved_by, queries.not_countersigned()) == ("grace", [])

    def test_is_passed_by_nobody_else(self):
        with pytest.raises(NotAllowed):
            propose(actor=person("dan"), override=True)
        assert StoredExplanation.objects.count() == 0
