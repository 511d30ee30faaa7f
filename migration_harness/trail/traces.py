"""What people and flags changed must be on the audit trail: each row is looked for there, and each trace in the rows.

Note [A chain that begins anew]: a trail that was emptied and went on is a chain again, with a head that fits. So what
the trail tells is compared with what the tables say: flags with their fields, members and epochs, the counter of
epochs, what was said of discrepancies, explanations, signatures, runs. Whoever changes all of it has the hashes against
them that were logged.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from migration_harness.models import (
    Approval,
    AuditEvent,
    DiscrepancyAssignment,
    DiscrepancyNote,
    DiscrepancyReview,
    Epoch,
    Flag,
    FlagMember,
    ForecastSignOff,
    Run,
    StoredExplanation,
)

REMEDY: Final = "Compare with a backup, and with the events harness.audited of your log."
_MEMBER: Final = "account "
_UNTOLD: Final = {"retired": False}
"""What holds of a flag whose events say nothing of it: they may be older than the field."""
_APPROVED: Final = ("digest", "asked_by", "approved_by", "overridden")
_EXPLAINED: Final = ("signature", "seam", "fields", "group", "expires")

Fact = tuple[str, Any]
"""What is spoken of, and what is said of it; None: nothing, any more."""


_BESIDES: Final = frozenset({"approval", "plan", "because"})
"""What a flip may say besides its epoch: who approved it, what the gates answered, what it rests on."""


def epoch_of(event: AuditEvent) -> int:
    """Return the epoch of a change of a flag, 0 for an event of another kind."""
    evidence = event.evidence
    is_flip = isinstance(evidence, dict) and evidence.keys() - _BESIDES == {"epoch"} and type(evidence["epoch"]) is int
    return evidence["epoch"] if is_flip else 0


def approval_in(event: AuditEvent) -> dict[str, Any] | None:
    """Return what an event says of the approval that it tells of, or by which it was done; None of any other."""
    said = event.evidence.get("approval") if isinstance(event.evidence, dict) else None
    whole = isinstance(said, dict) and {"number", *_APPROVED} <= said.keys()
    return said if whole else None


def _told_of(approval: dict[str, Any], event: AuditEvent) -> Fact:
    name = f"approval {approval['number']}"
    state = event.after.get("state") if event.subject == name else "used"
    return name, [state, *(approval[each] for each in _APPROVED)]


def _explained_by(event: AuditEvent) -> Fact:
    return event.subject, [event.after["state"], *(event.evidence[name] for name in _EXPLAINED)]


_TOLD: Final[dict[str, Callable[[AuditEvent], Fact]]] = {
    "review discrepancy": lambda event: (
        f"the review of discrepancy {event.subject}",
        [event.after["state"], event.actor, event.reason],
    ),
    "note discrepancy": lambda event: (
        f"note {event.after['note']} on discrepancy {event.subject}",
        [event.actor, event.reason],
    ),
    "assign discrepancy": lambda event: (
        f"who is on discrepancy {event.subject}",
        [event.after["assignee"], event.actor] if event.after["assignee"] else None,
    ),
    "sign off forecast": lambda event: (f"the signature of {event.actor} on {event.subject}", [event.reason]),
    "replay recorded usage": lambda event: (f"the run {event.subject}", [event.actor, event.evidence["calls"]]),
    **{f"{verb} explanation": _explained_by for verb in ("propose", "approve", "reject", "withdraw", "revoke")},
}
"""What an event tells, by its action."""


def _facts() -> Iterator[Fact]:
    """Return what the tables say of all that :data:`_TOLD` tells."""
    for review in _all(DiscrepancyReview):
        yield f"the review of discrepancy {review.pk}", [review.state, review.actor, review.reason]
    for note in _all(DiscrepancyNote):
        yield f"note {note.pk} on discrepancy {note.signature}", [note.actor, note.text]
    for assigned in _all(DiscrepancyAssignment):
        yield f"who is on discrepancy {assigned.pk}", [assigned.assignee, assigned.actor]
    for signed in _all(ForecastSignOff):
        yield f"the signature of {signed.actor} on forecast {signed.forecast_id}", [signed.reason]
    for run in _all(Run):
        yield f"the run {run.pk}", [run.actor, run.calls]
    for found in _all(Approval):
        yield found.name, [found.state, *(found.evidence[each] for each in _APPROVED)]
    for each in _all(StoredExplanation):
        fields = [list(field) for field in sorted(each.scope.fields)]
        yield each.name, [each.state, each.signature, each.seam, fields, each.group, each.expires.isoformat()]


class Traces:
    """What the trail tells, event by event: of each thing the newest that was said."""

    def __init__(self) -> None:
        self._flips = 0
        self._flags: dict[str, dict[str, Any]] = {}
        self._told: dict[str, Any] = {}

    def follow(self, event: AuditEvent) -> None:
        """Take in the next event."""
        if (approval := approval_in(event)) is not None:
            what, said = _told_of(approval, event)
            self._told[what] = said
        if epoch := epoch_of(event):
            self._flips += 1
            self._flags.setdefault(event.subject, {}).update(event.after | {"epoch": epoch})
        elif event.action in _TOLD:
            try:
                what, said = _TOLD[event.action](event)
            except (KeyError, TypeError):  # Nobody of ours wrote it so: what it should tell of is without a trace.
                return
            self._told[what] = said

    def contradictions(self) -> Iterator[str]:
        """Return a sentence for whatever the tables say otherwise."""
        counter = Epoch.objects.values_list("value", flat=True).first() or 0
        if self._flips != counter:
            yield f"Flags were changed {counter} times, and the trail tells of {self._flips} changes. {REMEDY}"
        yield from self._of_flags()
        found = dict(_facts())
        for what in sorted(self._told.keys() | found.keys()):
            if (sentence := _compared(found.get(what), self._told.get(what))) is not None:
                yield f"{what[0].upper()}{what[1:]}: {sentence}. {REMEDY}"

    def _of_flags(self) -> Iterator[str]:
        found = {flag.name: flag for flag in Flag.objects.all()}
        for name in sorted(self._flags.keys() - found.keys()):
            yield f"The flag {name} is gone, and no event of the trail tells of that. {REMEDY}"
        for name, flag in sorted(found.items()):
            told = self._flags.get(name)
            if told is not None and told["epoch"] == flag.epoch:
                yield from _of_fields(flag, told)
                continue
            newest = f"its newest event is of epoch {told['epoch']}" if told else "the trail has no event of it"
            yield f"The flag {name} was last changed at epoch {flag.epoch}, and {newest}. {REMEDY}"


def _of_fields(flag: Flag, told: dict[str, Any]) -> Iterator[str]:
    members = dict(FlagMember.objects.filter(flag=flag).values_list("account_id", "included"))
    found = {_MEMBER + account: "on" if included else "off" for account, included in members.items()}
    for key in sorted(told.keys() | found.keys() | _UNTOLD.keys()):
        # An account of which nothing was said is left to the share.
        is_member = key.startswith(_MEMBER)
        has = found.get(key, "inherit") if is_member else getattr(flag, key, told.get(key))
        expected = told.get(key, "inherit" if is_member else _UNTOLD.get(key))
        if has != expected:
            yield (
                f"{flag.name}: {key} is {has!r}, and by the trail it is {expected!r}: it was changed past the harness. "
                f"Set it as it should be with python manage.py harness flag {flag.name}. {REMEDY}"
            )


def _compared(found: Any, told: Any) -> str | None:
    if found == told:
        return None
    if told is None:
        return "no event of the trail tells of it"
    if found is None:
        return "the trail tells of it, and it is gone"
    return f"it is {found!r}, and by the trail {told!r}"


def _all(model: Any) -> Iterator[Any]:
    yield from model.objects.order_by("pk").iterator()
