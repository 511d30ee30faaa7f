"""The cause panel: what a discrepancy probably comes from, what speaks for it, and what to do about it next."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from dashboards.differing import Payload
from migration_harness import queries
from migration_harness.queries import Clue, Discrepancy, Origin, ProbableCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What can be done about it, as a button; ``needs`` is the action that whoever presses it must be allowed."""

    text: str
    address: str
    needs: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePanel:
    """The panel: the most telling clue in a sentence, the others behind it, who paid, and the remedies in order."""

    sentence: str
    is_known: bool
    others: list[Clue]
    paid: str
    remedies: list[Remedy]


def cause_panel(found: Discrepancy, payloads: list[Payload], *, unit: str | None, flag: str) -> CausePanel | None:
    """Return what is known now; None of what is explained.

    ``flag`` is that of its seam, empty where there is no such seam any more.
    """
    cause = queries.probable_cause(found, payloads[0] if payloads else {})
    if cause is None:
        return None
    return CausePanel(
        sentence=cause.sentence,
        is_known=bool(cause.clues),
        others=list(cause.clues[1:]),
        paid=cause.who_paid,
        remedies=list(_remedies(found, cause, unit=unit, flag=flag)),
    )


def _remedies(found: Discrepancy, cause: ProbableCause, *, unit: str | None, flag: str) -> Iterator[Remedy]:
    """Yield what to do: first who must not pay it any longer, then what it comes from, then what was paid."""
    clues, paid = cause.clues, cause.paid
    origin = clues[0].origin if clues else None
    if flag and paid.by_candidate:
        address = reverse("dashboards:rollback", args=[flag])
        yield Remedy(text=f"Roll back {flag}", address=address, needs="ROLLBACK", meaning="Nobody gets it any longer.")
    if origin is Origin.RATE and clues[0].address:
        yield Remedy(text="Correct the row", address=clues[0].address, needs="LOOK", meaning="Where the rate is kept.")
    if origin is Origin.LAST_RATE:
        address = f"{reverse('dashboards:review', args=[found.signature])}?{urlencode({'state': 'fixed'})}"
        yield Remedy(text="Say fixed", address=address, needs="REVIEW", meaning="It reopens when it comes back.")
    if paid.by_candidate and unit == "credits":
        address = reverse("dashboards:heal")
        yield Remedy(
            text="Heal these charges", address=address, needs="LOOK", meaning="What was paid too much or little."
        )
    if origin is Origin.FLAG:
        address = reverse("dashboards:flag", args=[flag])
        yield Remedy(
            text=f"Look at {flag}", address=address, needs="LOOK", meaning="What was changed, with its way back."
        )
    if origin in (Origin.RAISED, Origin.REVISION):
        address = reverse("dashboards:test", args=[found.signature])
        yield Remedy(
            text="Make it a test", address=address, needs="LOOK", meaning="A file that fails until it is right."
        )
