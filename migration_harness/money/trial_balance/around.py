"""What surrounds the ledger: keys that drifted and stayed so, and the audit trail."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.utils import timezone

from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent, Drift, TrialPass, TrialState
from migration_harness.money.books import Books
from migration_harness.money.trial_balance.faults import is_broken, keep, look_again
from migration_harness.money.trial_balance.found import MOST, Found, LawName
from migration_harness.money.trial_balance.progress import pass_named, went_on
from migration_harness.money.trial_balance.signals import TRAIL
from migration_harness.money.trial_balance.turns import turn
from migration_harness.trail import audit

DRIFT_SECONDS: Final = 900
"""What one store missed is repaired every minute."""
TRAIL_SECONDS: Final = 600
"""After which the trail is checked although nothing was written."""


def drifted() -> list[Found]:
    """Return the keys whose last write has been in one store only for too long."""
    late = timezone.now() - timedelta(seconds=DRIFT_SECONDS)
    return [
        Found(
            law=LawName.DRIFT,
            key=str(each.pk),
            account_id=each.account_id,
            rows=(each.pk,),
            sentence=(
                f"{each.seam}: {each.key} has been in the {each.authoritative}'s store only since "
                f"{each.at:%Y-%m-%d %H:%M:%S} UTC. Repair it: harness reconcile."
            ),
        )
        for each in Drift.objects.filter(at__lt=late).order_by("at")[:MOST]
    ]


def tampered(*, whole: bool) -> list[Found]:
    """Return what is wrong with the audit trail, a break for each sentence; ``whole``: old events are read again."""
    try:
        audit.verified() if whole else audit.verified_onwards()
    except AuditTampered as error:
        return [Found(law=LawName.TRAIL, key=_key(sentence), sentence=sentence) for sentence in error.sentences]
    return []


def _key(sentence: str) -> str:
    """Return what a sentence is known by: it may quote a text that is longer than an index takes."""
    return sha256(sentence.encode()).hexdigest()


def check_trail(books: Books | None, *, whole: bool) -> None:
    """Check what is new of the trail; and all of it where somebody has changed it, where it is broken, now and then.

    ``whole``: all of it in any case.
    """
    newest = AuditEvent.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    whole = whole or _is_due(pass_named(TRAIL))
    if not whole and TrialState.objects.filter(pk=1, trail_hash=newest).exists():
        return
    found = tampered(whole=whole)
    with turn(books):
        look_again(at=lambda _law, _faults: found, laws=[LawName.TRAIL])
        keep(found)
        TrialState.objects.filter(pk=1).update(trail_hash=newest)
        if whole:
            went_on(pass_named(TRAIL), position="")


def _is_due(gone: TrialPass) -> bool:
    """Tell whether the whole trail is to be checked."""
    if gone.rounds_due or gone.finished_at is None or is_broken(LawName.TRAIL):
        return True
    return gone.finished_at < timezone.now() - timedelta(seconds=TRAIL_SECONDS)
