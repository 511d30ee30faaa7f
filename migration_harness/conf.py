"""The one setting of the harness: the dictionary ``HARNESS``.

========================  ===========================================================================
``PLAN``                  dotted path of the host's :class:`~migration_harness.plan.Plan`
``ACCOUNTS``              dotted path of its :class:`~migration_harness.accounts.AccountDirectory`
``REPLAY``                dotted path of a function → :class:`~migration_harness.evidence.replay.ReplayDriver`
``FORECAST``              dotted path of a function → :class:`~migration_harness.money.forecast.source.ForecastSource`
``LEDGER``                dotted path of its :class:`~migration_harness.money.ledger.Ledger`
``BOOKS``                 dotted path of its :class:`~migration_harness.money.books.Books`
``RECORDED_USAGE``        dotted path of its :class:`~migration_harness.evidence.recorded_usage.RecordedUsage`
``REQUEST_ACCOUNT``       dotted path of a function: request → account id or None
``DATABASE``              alias of the one database of the harness and of the ledger, ``default`` where nothing is said
``LISTEN_URL``            URL of a direct connection for leases, where a pooler stands before the database
``SUITE``                 words of the command that runs the full test suite; ``{junit}`` in one of them is the
                          folder for its JUnit reports. None: reports are brought
``FORMATTERS``            commands that format a Python file from standard input to standard output, in order, for
                          what the removal of legacy code changes; ``{path}`` in one of their words is the file's
``REVISION``              text that names the revision of the code that is deployed here, for the gate of the tests;
                          empty: what Git says of the tree
``REVISION_STOPS_AT``     modules with the reason of each: they count in a revision, what they import does not
``PASSING``               dotted paths of exception classes that pass through a seam, besides an interrupt and
                          Celery's time limit, see :mod:`migration_harness.passing`
``APPEND_ONLY``           tables of the host whose triggers refuse UPDATE, DELETE and TRUNCATE; a check asks for them
``OPERATIONS``            dotted path of its :class:`~migration_harness.operations.declaring.Operations`
``RECORDED_BPS``          share of the operations that are recorded, in basis points; 100
``SHADOWED_BPS``          share of the recorded operations that are run again on both sides, in basis points; 0
``SHADOW_MS``             how long the transaction of such a run may be open at most; 200
``FINGERPRINT_KEY``       random string; key of the fingerprints of secrets
``KEEP_COMPARISONS_DAYS`` days that the comparison log, its samples and rollups by account are kept
``KEEP_ROLLUPS_DAYS``     days that rollups by the day are kept
``KEEP_MINUTES_DAYS``     days that rollups by the minute are kept
``KEEP_OPERATIONS_DAYS``  days that recorded operations are kept
``APPROVAL_HOURS``        how long what needs two people may wait for the second, and then for being done; 24
``NOTICES``               who is told of rollouts and discrepancies, as
                          :mod:`migration_harness.rollout.notices.receivers` has it
``BACKUP_KEYS``           Fernet keys, the newest first, that encrypt what is secret in a backup of legacy data
``CERTIFICATE_KEY``       file of the private key that signs certificates; empty: it is named by the command
``HEADS_FILE``            file to which the head of the trail is appended as it changes; empty: to none
``DAY_SECONDS``           how long a day of soaking and of quiet is; 86400, and less only to try a plan out
``METRICS_TOKEN``         what a scraper of ``/metrics`` sends as its bearer token; empty: only operators may read
``BACKGROUND``            False in tests: flags are read at every decision and comparisons written at once, both
                          on the caller's connection. Where nothing is said: False in a test run, else True
``RAISE_ON_MISMATCH``     True: in a test run, a comparison that nothing explains raises in the test that made it
========================  ===========================================================================
"""

import sys
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from migration_harness.exceptions import HarnessMisconfigured

NAMES: Final = frozenset(
    """
    PLAN ACCOUNTS REPLAY FORECAST LEDGER BOOKS RECORDED_USAGE REQUEST_ACCOUNT DATABASE LISTEN_URL SUITE
    FORMATTERS REVISION REVISION_STOPS_AT PASSING APPEND_ONLY OPERATIONS RECORDED_BPS SHADOWED_BPS SHADOW_MS
    FINGERPRINT_KEY KEEP_COMPARISONS_DAYS KEEP_ROLLUPS_DAYS KEEP_MINUTES_DAYS KEEP_OPERATIONS_DAYS
    APPROVAL_HOURS NOTICES BACKUP_KEYS CERTIFICATE_KEY HEADS_FILE DAY_SECONDS METRICS_TOKEN BACKGROUND
    RAISE_ON_MISMATCH
    """.split()  # noqa: SIM905
)
"""What ``HARNESS`` may have."""
_DAY_SECONDS: Final = 86_400
_APPROVAL_HOURS: Final = 24
"""Where the setting says nothing."""
_RECORDED_BPS: Final = 100
"""Where the setting says nothing."""
_SHADOW_MS: Final = 200
"""Where the setting says nothing."""
_MOST_SHADOW_MS: Final = 60_000
ALL_BPS: Final = 10_000
_MOST_APPROVAL_HOURS: Final = 720
_DAYS_KEPT: Final = {
    "KEEP_COMPARISONS_DAYS": 90,
    "KEEP_ROLLUPS_DAYS": 400,
    "KEEP_MINUTES_DAYS": 3,
    "KEEP_OPERATIONS_DAYS": 14,
}
"""Where the setting says nothing."""


def setting(name: str, default: Any = None) -> Any:
    """Return ``HARNESS[name]``; a host without the setting has said nothing. Raises HarnessMisconfigured."""
    said = getattr(settings, "HARNESS", {})
    if not isinstance(said, dict):
        raise HarnessMisconfigured(
            f"HARNESS is a {type(said).__name__}: make it a dictionary, {{}} where all is as it is."
        )
    return said.get(name, default)


def configured(name: str) -> Any:
    """Return the object that the setting ``HARNESS[name]`` names by its dotted path. Raises HarnessMisconfigured."""
    path = setting(name)
    if not path:
        raise HarnessMisconfigured(f'HARNESS["{name}"] is not set: give it the dotted path of the host\'s object.')
    try:
        return import_string(path)
    except ImportError as error:
        raise HarnessMisconfigured(f'HARNESS["{name}"] is {path!r}, and cannot be imported: {error}.') from error


def runs_in_background() -> bool:
    """Return whether flags are refreshed and comparisons flushed by threads, as in production.

    Where the setting says nothing they are not in a test run: a thread sees nothing of a test's transaction.
    """
    said = setting("BACKGROUND")
    return not in_a_test_run() if said is None else bool(said)


def in_a_test_run() -> bool:
    """Return whether Django's test runner, or pytest-django, has prepared this process for tests."""
    # Not imported: whoever runs tests has done so.
    state = getattr(sys.modules.get("django.test.utils"), "_TestState", None)
    return hasattr(state, "saved_data")


def days_kept(name: str) -> int:
    """Return for how many days something is kept, by the setting ``HARNESS[name]``; raises HarnessMisconfigured."""
    days = setting(name, _DAYS_KEPT[name])
    if type(days) is not int or days < 1:
        raise HarnessMisconfigured(f'HARNESS["{name}"] is {days!r}: give it a whole number of days, 1 at least.')
    return days


def recorded_bps() -> int:
    """Return which share of the operations is recorded, by the setting; raises HarnessMisconfigured."""
    return _share("RECORDED_BPS", _RECORDED_BPS)


def shadowed_bps() -> int:
    """Return which share of the recorded operations is shadowed, by the setting; raises HarnessMisconfigured."""
    return _share("SHADOWED_BPS", 0)


def shadow_ms() -> int:
    """Return how long a shadow's transaction may be open, by the setting; raises HarnessMisconfigured."""
    milliseconds = setting("SHADOW_MS", _SHADOW_MS)
    if type(milliseconds) is not int or not 1 <= milliseconds <= _MOST_SHADOW_MS:
        raise HarnessMisconfigured(
            f'HARNESS["SHADOW_MS"] is {milliseconds!r}: give it whole milliseconds, from 1 to {_MOST_SHADOW_MS}.'
        )
    return milliseconds


def _share(name: str, otherwise: int) -> int:
    share = setting(name, otherwise)
    if type(share) is not int or not 0 <= share <= ALL_BPS:
        raise HarnessMisconfigured(f'HARNESS["{name}"] is {share!r}: give it basis points, from 0 to 10000.')
    return share


def formatters() -> list[list[str]]:
    """Return the words of the host's formatters, by the setting; none where it says nothing."""
    return [list(words) for words in setting("FORMATTERS", ())]


def approval_hours() -> int:
    """Return how long an approval holds, from asking to doing, by the setting; raises HarnessMisconfigured."""
    hours = setting("APPROVAL_HOURS", _APPROVAL_HOURS)
    if type(hours) is not int or not 1 <= hours <= _MOST_APPROVAL_HOURS:
        raise HarnessMisconfigured(f'HARNESS["APPROVAL_HOURS"] is {hours!r}: give it whole hours, from 1 to 720.')
    return hours


def day_seconds() -> int:
    """Return how many seconds a day of soaking and of quiet has, by the setting; raises HarnessMisconfigured."""
    seconds = setting("DAY_SECONDS", _DAY_SECONDS)
    if type(seconds) is not int or not 1 <= seconds <= _DAY_SECONDS:
        raise HarnessMisconfigured(f'HARNESS["DAY_SECONDS"] is {seconds!r}: give it whole seconds, from 1 to 86400.')
    return seconds
