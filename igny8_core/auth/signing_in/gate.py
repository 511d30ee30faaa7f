"""Who is held up: guessing is bounded by name and address, and nobody is locked out by a stranger.

Note [Nobody locks a person out]: who types somebody's name and guesses is held up, by the pair of name and address
first, and from many addresses by the name. That would lock the person out too, were it not that a browser in which they
have signed in before counts by itself alone (:mod:`~igny8_core.auth.signing_in.devices`). What is refused counts
nowhere, so that no bound lasts longer for who goes on knocking.

Note [Counted before it is tried]: an attempt is a committed row before the password is looked at, and taken away where
it was right. Of a thousand that come at once no more pass than of a thousand in a row. The rows are in PostgreSQL,
without which nobody can sign in: a cache that is down neither stops anybody nor opens the gate.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from igny8_core.auth.attempt_models import SignInAttempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """So many attempts may fail within a time."""

    most: int
    within: timedelta


BY_PAIR: Final = Bound(most=5, within=timedelta(minutes=15))
"""Of one name from one address."""
BY_NAME: Final = Bound(most=50, within=timedelta(hours=1))
"""Of one name from all addresses."""
BY_ADDRESS: Final = Bound(most=50, within=timedelta(hours=1))
"""Of all names from one address, which an office may share."""
BY_DEVICE: Final = Bound(most=10, within=timedelta(minutes=15))
"""Of one name in a browser in which it has signed in before."""
_LONGEST: Final = max(each.within for each in (BY_PAIR, BY_NAME, BY_ADDRESS, BY_DEVICE))


class TooManyAttempts(Exception):
    """Too many attempts have failed. The message says when to try again, and not whether the name exists."""

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        minutes = ceil(wait_seconds / 60)
        super().__init__(f"Too many attempts to sign in. Try again in {minutes} minute{'s'[: minutes != 1]}.")


def enter(*, name: str, address: str, device: str, now: datetime) -> SignInAttempt:
    """Count an attempt before it is tried. Raises TooManyAttempts; then it counts nowhere."""
    SignInAttempt.objects.filter(at__lt=now - _LONGEST).delete()
    attempt = SignInAttempt.objects.create(at=now, name=digest_of(name), address=address, device=device)
    waits = [_seconds_to_wait(rows, bound, now=now) for rows, bound in _bounds(attempt)]
    if any(waits):
        attempt.delete()
        raise TooManyAttempts(max(waits))
    return attempt


def passed(attempt: SignInAttempt) -> None:
    """Forget what failed before in this browser or from this address for the name that was right.

    What counts for the address stays: who has one account of their own must not win further guesses with it.
    """
    mine = {"device": attempt.device} if attempt.device else {"address": attempt.address, "device": ""}
    SignInAttempt.objects.filter(name=attempt.name, **mine).delete()


def digest_of(name: str) -> str:
    """Return what a name is counted by: however it is spelt, and whether or not there is such a user."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    # Half of a surrogate pair, which JSON may hold, is counted too.
    return salted_hmac("igny8.sign_in.name", plain.encode(errors="replace"), algorithm="sha256").hexdigest()


def _bounds(attempt: SignInAttempt) -> list[tuple[QuerySet[SignInAttempt], Bound]]:
    rows = SignInAttempt.objects.all()
    if attempt.device:
        return [(rows.filter(name=attempt.name, device=attempt.device), BY_DEVICE)]
    strangers = rows.filter(device="")
    return [
        (strangers.filter(name=attempt.name, address=attempt.address), BY_PAIR),
        (strangers.filter(name=attempt.name), BY_NAME),
        (strangers.filter(address=attempt.address), BY_ADDRESS),
    ]


def _seconds_to_wait(rows: QuerySet[SignInAttempt], bound: Bound, *, now: datetime) -> int:
    """Return how long it takes until so few count that one more may; 0 where this one may."""
    since = now - bound.within
    counted = list(rows.filter(at__gt=since).order_by("-at", "-id").values_list("at", flat=True)[: bound.most + 1])
    if len(counted) <= bound.most:
        return 0
    return max(1, ceil((counted[-1] - since).total_seconds()))
