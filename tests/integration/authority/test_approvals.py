"""What needs two people: asked by one, answered by another's own act, used once, for exactly what was asked."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from igny8_core.auth.models import User
from migration_harness.authority import approvals, taking
from migration_harness.authority.actors import Origin, of_machine, of_user
from migration_harness.authority.taking import two_people
from migration_harness.exceptions import (
    ApprovalAwaited,
    ApprovalDecided,
    ApprovalExpired,
    ApprovalVoid,
    AskerUnproven,
    InvalidChange,
    NotAllowed,
    SecondPersonNeeded,
    UnknownApproval,
)
from migration_harness.models import Approval, AuditEvent
from migration_harness.trail import audit

from .people import asked, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db):
    return person("ada")


@pytest.fixture
def bob(db):
    return person("bob", "approver")


def act(what, by, **options):
    """Do what needs two people, as every room does it; returns the approval that allowed it."""
    with two_people(by=by, **options), transaction.atomic():
        return taking.take(what, by=by, **options)


def ask(what, by):
    with pytest.raises(ApprovalAwaited) as error:
        act(what, by)
    return error.value.number


def states():
    return dict(Approval.objects.values_list("pk", "state"))


def age(number, hours):
    """Let the clock have gone on, past the trigger that keeps what was asked."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE migration_harness_approval DISABLE TRIGGER approval_goes_on")
        cursor.execute(
            "UPDATE migration_harness_approval SET expires_at = expires_at - make_interval(hours => %s) WHERE id = %s",
            [hours, number],
        )
        cursor.execute("ALTER TABLE migration_harness_approval ENABLE ALWAYS TRIGGER approval_goes_on")


class TestAnActThatNeedsTwoPeople:
    def test_is_put_down_as_asked_and_says_who_does_what_next(self, ada):
        with pytest.raises(ApprovalAwaited) as error:
            act(asked(), ada, reason="agreed")
        row = Approval.objects.get()
        assert (row.state, row.asker, row.asker_user, row.reason) == ("asked", "ada", ada.user_id, "agreed")
        assert f"harness approvals approve {row.pk}" in str(error.value)
        assert "Then do it again: harness heal" in str(error.value)

    def test_is_asked_once_however_often_it_is_tried(self, ada):
        assert ask(asked(), ada) == ask(asked(), ada)
        assert list(states().values()) == ["asked"]

    def test_goes_through_once_another_person_has_approved_and_once_alone(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        assert act(asked(), ada).pk == number
        assert states() == {number: "used"}
        assert ask(asked(), ada) != number

    def test_is_left_unused_where_it_fails(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        with pytest.raises(ZeroDivisionError), two_people(by=ada), transaction.atomic():
            taking.take(asked(), by=ada)
            1 / 0  # noqa: B018
        assert states() == {number: "approved"}

    def test_may_be_done_by_another_operator_than_asked(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        assert act(asked(), person("carol")).used_by == "carol"

    def test_is_one_whatever_order_its_values_are_in(self, ada, bob):
        number = ask(asked(**{"account 1": 1, "account 2": 2}), ada)
        approvals.approve(number=number, by=bob)
        assert act(asked(**{"account 2": 2, "account 1": 1}), ada).pk == number

    @pytest.mark.parametrize(
        "other",
        [
            {"account 1": 2, "account 2": 1}, {"account 1": 1}, {"account 1": 1, "account 2": 2, "account 3": 3},
            {"account 1": "1", "account 2": 2}, {"account 1": True, "account 2": 2}, {"account 1": 1, "account 22": 2},
        ],
        ids=["amounts exchanged", "an account less", "an account more", "text", "yes", "another account"],
    )  # fmt: skip
    def test_with_other_numbers_is_void_and_says_which_have_changed(self, ada, bob, other):
        number = ask(asked(**{"account 1": 1, "account 2": 2}), ada)
        approvals.approve(number=number, by=bob)
        with pytest.raises(ApprovalVoid, match=r"account \d+: .* → "):
            act(asked(**other), ada)
        assert states() == {number: "void"}
        assert ask(asked(**other), ada) != number

    def test_asked_for_another_window_is_not_allowed_by_this_one(self, ada, bob):
        number = ask(asked(since="2026-11-01"), ada)
        approvals.approve(number=number, by=bob)
        assert ask(asked(since="2026-10-01"), ada) != number
        assert states()[number] == "approved"

    def test_asked_with_other_numbers_takes_the_place_of_what_nobody_has_answered(self, ada):
        first = ask(asked(credits=1), ada)
        second = ask(asked(credits=2), ada)
        assert states() == {first: "void", second: "asked"}

    def test_is_not_allowed_by_what_has_expired(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        age(number, 24)
        with pytest.raises(ApprovalExpired, match="held until"):
            act(asked(), ada)
        assert states() == {number: "expired"}
        assert ask(asked(), ada) != number

    @pytest.mark.parametrize("lost", ["is_active", "is_staff", "user_permissions"])
    def test_is_not_allowed_by_somebody_who_may_not_approve_any_more(self, ada, bob, lost):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        row = User.objects.get(username="bob")
        if lost == "user_permissions":
            row.user_permissions.clear()
        else:
            User.objects.filter(pk=row.pk).update(**{lost: False})
        with pytest.raises(ApprovalVoid, match="bob may approve: yes → no"):
            act(asked(), ada)

    @pytest.mark.parametrize("value", [1.5, [1], {"a": 1}, timezone.now()], ids=["float", "list", "map", "moment"])
    def test_has_no_value_that_could_be_written_in_two_ways(self, value):
        with pytest.raises(TypeError, match="no one way to be written"):
            asked(amount=value).digest  # noqa: B018

    def test_is_used_in_its_own_transaction(self, ada):
        with pytest.raises(ApprovalAwaited):
            act(asked(), ada)


class TestWhoAsked:
    @pytest.mark.parametrize("name", ["ada", "ADA", "Ada@host", "ada@other.example", "\uff21da"])
    def test_does_not_approve_under_another_account_of_the_same_name(self, name, ada):
        number = ask(asked(), ada)
        with pytest.raises(SecondPersonNeeded, match="asked by ada"):
            twin = ada if name == "ada" else person(name, "approver")
            if name == "ada":
                User.objects.get(username="ada").user_permissions.add(*_approve())
                twin = of_user(User.objects.get(username="ada"))
            approvals.approve(number=number, by=twin)
        assert states() == {number: "asked"}

    @pytest.mark.parametrize("origin", [Origin.TOKEN, Origin.PROVEN, Origin.SIGNED_IN])
    def test_does_not_approve_however_they_come(self, origin):
        ada = person("ada", "approver", origin=origin)
        number = ask(asked(), ada)
        with pytest.raises(SecondPersonNeeded):
            approvals.approve(number=number, by=ada)

    @pytest.mark.parametrize("origin", [Origin.NAMED, Origin.MACHINE])
    def test_is_known_and_no_name_that_was_typed(self, origin):
        with pytest.raises(AskerUnproven, match="say who you are with --as USERNAME and your password"):
            ask(asked(), person("ada", origin=origin))
        assert states() == {}

    def test_withdraws(self, ada, bob):
        number = ask(asked(), ada)
        with pytest.raises(SecondPersonNeeded, match="refuse it"):
            approvals.withdraw(number=number, by=bob)
        approvals.withdraw(number=number, by=ada)
        assert states() == {number: "withdrawn"}
        with pytest.raises(ApprovalDecided, match="is withdrawn"):
            approvals.approve(number=number, by=bob)


class TestWhoApproves:
    def test_is_nobody_who_only_typed_a_name(self, ada):
        number = ask(asked(), ada)
        with pytest.raises(SecondPersonNeeded, match="only a name"):
            approvals.approve(number=number, by=person("bob", "approver", origin=Origin.NAMED))

    def test_is_no_user_of_a_machine(self, ada):
        number = ask(asked(), ada)
        with pytest.raises(NotAllowed):
            approvals.approve(number=number, by=of_machine())

    @pytest.mark.parametrize("role", ["viewer", "operator"])
    def test_has_the_permission(self, ada, role):
        number = ask(asked(), ada)
        with pytest.raises(NotAllowed):
            approvals.approve(number=number, by=person("dan", role))

    @pytest.mark.parametrize("lost", ["is_active", "is_staff"])
    def test_is_active_by_now(self, ada, bob, lost):
        number = ask(asked(), ada)
        User.objects.filter(username="bob").update(**{lost: False})
        with pytest.raises(SecondPersonNeeded, match="no active user"):
            approvals.approve(number=number, by=bob)

    def test_says_so_once(self, ada, bob):
        number = ask(asked(), ada)
        approvals.refuse(number=number, by=bob, reason="too much")
        for decide in (approvals.approve, lambda **by: approvals.refuse(reason="x", **by)):
            with pytest.raises(ApprovalDecided, match="is refused"):
                decide(number=number, by=bob)
        assert ask(asked(), ada) != number

    def test_gives_a_reason_for_a_no(self, ada, bob):
        with pytest.raises(InvalidChange):
            approvals.refuse(number=ask(asked(), ada), by=bob, reason=" ")

    def test_does_not_approve_what_is_another_by_now(self, ada, bob):
        number = ask(asked(credits=17), ada)
        with pytest.raises(ApprovalVoid, match="credits: 17 → 34"):
            approvals.approve(number=number, by=bob, now_asked=asked(credits=34))
        assert states() == {number: "void"}

    def test_does_not_approve_what_has_expired(self, ada, bob):
        number = ask(asked(), ada)
        age(number, 24)
        with pytest.raises(ApprovalExpired):
            approvals.approve(number=number, by=bob)
        assert states() == {number: "expired"}

    def test_cannot_approve_what_was_never_asked(self, bob):
        with pytest.raises(UnknownApproval, match="no approval 7"):
            approvals.approve(number=7, by=bob)


class TestAnOverride:
    def test_passes_at_once_and_lacks_a_signature_until_another_person_signs(self, bob):
        root = person("root", is_superuser=True)
        made = act(asked(), root, override=True, reason="customers wait")
        assert (made.state, made.lacks_signature) == ("used", True)
        with pytest.raises(SecondPersonNeeded):
            approvals.countersign(number=made.pk, by=root)
        assert not approvals.countersign(number=made.pk, by=bob).lacks_signature
        with pytest.raises(ApprovalDecided):
            approvals.countersign(number=made.pk, by=bob)
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize("by", ["operator", "approver"])
    def test_is_for_superusers_alone(self, by):
        with pytest.raises(NotAllowed):
            act(asked(), person("dan", by), override=True, reason="x")
        assert states() == {}

    def test_needs_a_reason(self):
        with pytest.raises(InvalidChange, match="needs a reason"):
            act(asked(), person("root", is_superuser=True), override=True, reason=" ")

    @pytest.mark.parametrize("before", ["asked", "expired"])
    def test_passes_what_was_asked_before(self, ada, bob, before):
        number = ask(asked(), ada)
        if before == "expired":
            approvals.approve(number=number, by=bob)
            age(number, 24)
        made = act(asked(), person("root", is_superuser=True), override=True, reason="now")
        assert (made.pk, made.lacks_signature) == (number, True)

    def test_uses_an_approval_where_there_is_one(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        made = act(asked(), person("root", is_superuser=True), override=True, reason="now")
        assert (made.pk, made.overridden) == (number, False)


class TestTheTable:
    @pytest.mark.parametrize(
        "change",
        [
            "state = 'approved', approver = 'bob', approver_user = '99', digest = repeat('0', 64)",
            "asked = '{}', digest = encode(sha256('{}'), 'hex')", "sentence = 'Give a credit.'", "asker = 'eve'",
            "expires_at = now() + interval '1 year'", "state = 'used', used_by = 'ada'",
            "state = 'approved'", "state = 'approved', approver = 'ADA@x', approver_user = '99'",
            "state = 'approved', approver = 'x', approver_user = asker_user", "overridden = true",
        ],
    )  # fmt: skip
    def test_lets_nobody_change_what_was_asked_or_answer_for_another(self, ada, change):
        number = ask(asked(), ada)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE migration_harness_approval SET {change} WHERE id = %s", [number])
        assert states() == {number: "asked"}

    @pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
    def test_forgets_nothing(self, ada, verb):
        ask(asked(), ada)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{verb} migration_harness_approval")

    def test_takes_nothing_that_was_not_asked_first(self, ada):
        ask(asked(), ada)
        row = Approval.objects.get()
        row.pk, row.state, row.approver, row.approver_user, row.digest = None, "approved", "x", "9", row.digest
        with pytest.raises(IntegrityError, match="begins as asked"), transaction.atomic():
            row.save(force_insert=True)

    def test_lets_what_has_expired_be_used_by_nobody(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob)
        age(number, 24)
        with pytest.raises(IntegrityError, match="cannot become used"), transaction.atomic():
            Approval.objects.filter(pk=number).update(state="used", used_by="ada", used_at=timezone.now())


class TestTheTrail:
    def test_has_both_names_on_one_event(self, ada, bob):
        number = ask(asked(), ada)
        approvals.approve(number=number, by=bob, reason="as agreed")
        event = AuditEvent.objects.order_by("-id").first()
        assert (event.actor, event.action, event.subject) == ("bob", "give approval", f"approval {number}")
        assert (event.evidence["approval"]["asked_by"], event.evidence["approval"]["approved_by"]) == ("ada", "bob")
        assert audit.verify() == AuditEvent.objects.count()


def _approve():
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="migration_harness", codename="approve")
