"""One policy of asking again: few times, with growing and random pauses, and only where nothing was done yet.

It ends before anybody is charged: the charge is made once, by the caller, after the answer.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import stamina
from django.conf import settings

from igny8_core.ai.exceptions import ProviderError
from migration_harness.api import is_tried

T = TypeVar("T")

_LONGEST_PAUSE_SECONDS: Final = 10.0
_JITTER: Final = 1.0


def with_retries(ask: Callable[[], T]) -> T:
    """Return what ``ask`` returns, at last; raises its last error.

    At most ``settings.IGNY8_PROVIDER_TRIES`` times, the first pause about
    ``settings.IGNY8_PROVIDER_PAUSE_SECONDS``, each pause twice the one before, or as long as the provider asks for.
    """
    # Of what is run again from a recording every answer is there already.
    first_pause = 0.0 if is_tried() else settings.IGNY8_PROVIDER_PAUSE_SECONDS
    for attempt in stamina.retry_context(
        on=_pause,
        attempts=settings.IGNY8_PROVIDER_TRIES,
        timeout=None,
        wait_initial=first_pause,
        wait_max=_LONGEST_PAUSE_SECONDS,
        wait_jitter=first_pause * _JITTER,
    ):
        with attempt:
            return ask()
    raise AssertionError("stamina returns or raises")


def _pause(error: Exception) -> bool | float:
    """Tell whether to ask again, or after how many seconds."""
    if not isinstance(error, ProviderError) or not error.may_be_repeated:
        return False
    if error.retry_after_seconds is None:
        return True
    # A provider that wants to be left alone for longer than anybody waits is not asked again.
    return False if error.retry_after_seconds > _LONGEST_PAUSE_SECONDS else error.retry_after_seconds
