"""Work on every execution path, with the services themselves. Runs in the copy, with legacy code and without it."""

import time
from typing import Final

from django.db import connection
from django.db.models import Max, Q

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog, OperationType
from igny8_core.demo import buttons, runs
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt, Task
from migration_harness.models import RecordedOperation
from migration_harness.operations.shadowing import Shadow
from migration_harness.operations.shadows import ENDED

SAVED: Final = (Content, Task, ContentIdea, Keyword, Cluster)
_FIRST_ID: Final = 1_000_000
_PATIENCE_SECONDS: Final = 240.0
_POLL_SECONDS: Final = 0.05


def work_on_every_path(account: Account, *, name: str) -> None:
    """Do every operation on each execution path with the services themselves, on new sites; raises what fails.

    They ask a provider over HTTP, and need a worker.
    """
    newest = CreditUsageLog.objects.aggregate(newest=Max("pk"))["newest"] or 0

    def failed(told: str) -> None:
        raise RuntimeError(told)

    by_hand = account.sites.create(account=account, name=f"{name} by hand")
    buttons.look_at_the_settings(by_hand, failed=failed)
    buttons.press_every_button(by_hand, failed=failed)
    buttons.call_the_services(by_hand, failed=failed)
    # A button that is refused is no error of the page.
    charged = set(
        CreditUsageLog.objects.filter(account=account, pk__gt=newest).values_list("operation_type", flat=True)
    )
    if missing := sorted(set(OperationType.values) - charged):
        raise RuntimeError(f"{name} by hand: nothing was charged for {', '.join(missing)}")
    for kind, run in (("now", runs.run_now), ("by the clock", runs.run_by_the_clock)):
        told = run(account.sites.create(account=account, name=f"{name} {kind}"))
        if not told.startswith("completed"):
            raise RuntimeError(f"{name} {kind}: {told}")


def wait_until_shadowed() -> None:
    """Wait until the worker has run on both sides what was recorded, while all is as it was. Raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    under_way = Q(shadow=Shadow.DUE) | Q(shadow_why=ENDED)
    while waiting := RecordedOperation.objects.filter(under_way).count():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{waiting:,} recorded operations were not run on both sides.")
        time.sleep(_POLL_SECONDS)


def begin_as_before(account: Account, *, name: str) -> None:
    """Let a run of this name begin as one before it did: without its rows, and with the same ids for its own.

    Ids stand in what is asked of a model, and what it answers follows from that.
    """
    sites = account.sites.filter(name__startswith=f"{name} ")
    for model in SAVED:
        model.objects.filter(site__in=sites).delete()
    for site in sites:
        site.name = f"{site.pk}: {site.name}"
        site.save(update_fields=["name"])
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in (*SAVED, ImagePrompt)):  # noqa: SLF001  Django's documented name.
            cursor.execute(f'ALTER SEQUENCE "{table}_id_seq" RESTART WITH {_FIRST_ID}')
