"""Celery tasks of the harness, and what a worker's process does when it ends."""

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.utils import timezone

from migration_harness.log.folding import fold
from migration_harness.log.partitions import prepare
from migration_harness.log.retention import retain
from migration_harness.money.forecast.figures import remove_old_figures
from migration_harness.money.forecast.stored import make_forecast, question_of_log
from migration_harness.money.trial_balance import check
from migration_harness.operations import shadows
from migration_harness.operations.shadow_queue import TASK as SHADOW
from migration_harness.rollout.listening import listen
from migration_harness.rollout.notices.heads import send_head
from migration_harness.rollout.notices.lanes import deliver_all
from migration_harness.rollout.notices.removing import remove_old_notices
from migration_harness.rollout.notices.waking import TASK as DELIVER_NOTICES
from migration_harness.rollout.ticking import tick
from migration_harness.seams.deferred import working
from migration_harness.seams.deferred.waking import TASK as WORK_OFF
from migration_harness.shutdown import leave
from migration_harness.stores.reconcile import reconcile
from migration_harness.tombstones import following
from migration_harness.trail.publishing import heads_path, publish_head

FOLD_SECONDS = 60.0
"""After which a worker is free again."""
SHADOW_SECONDS = 30.0
"""The same, for what is shadowed."""


@shared_task(name="migration_harness.prepare_partitions")
def prepare_partitions() -> None:
    """Make the comparison log's partitions of the coming days; safe to run twice."""
    prepare()


@shared_task(name="migration_harness.fold")
def fold_comparisons() -> None:
    """Add the newest comparisons to the rollups; safe to run twice. A long backlog is left to the next times."""
    fold(at_most_seconds=FOLD_SECONDS)


@shared_task(name="migration_harness.retain")
def remove_old_comparisons() -> None:
    """Remove what is older than the settings say; safe to run twice."""
    now = timezone.now()
    retain(now=now)
    remove_old_notices(now=now)
    remove_old_figures(now=now)


@shared_task(name="migration_harness.listen")
def listen_for_silence() -> None:
    """Count in which minutes each seam was called, so that one that falls silent is known; safe to run twice."""
    listen(now=timezone.now())


@shared_task(name="migration_harness.reconcile")
def reconcile_stores() -> None:
    """Repair what has drifted between two stores; safe to run twice."""
    reconcile()


@shared_task(name=WORK_OFF)
def compare_deferred_calls() -> None:
    """Run the other side of calls that wait, and compare; safe to run twice, and at the same time."""
    working.work_off()


@shared_task(name=DELIVER_NOTICES)
def deliver_notices() -> None:
    """Deliver what was told and has not arrived, beside everything else; safe to run twice."""
    deliver_all()


@shared_task(name="migration_harness.trial_balance")
def check_books() -> None:
    """Check what is new in the ledger, its evidence and the trail, and a part of what is old; safe to run twice."""
    check()


@shared_task(name="migration_harness.publish_head")
def publish_head_of_trail() -> None:
    """Publish the head of the trail in the file and by the webhook that the settings name; safe to run twice."""
    try:
        if (path := heads_path()) is not None:
            publish_head(path)
    finally:
        # A file that cannot be written is no reason to tell nobody.
        send_head()


@shared_task(name="migration_harness.legacy_tables")
def look_at_legacy_tables() -> None:
    """Add what the database has counted of tables that go, and what other roles ran on them; safe to run twice."""
    following.look()


@shared_task(name="migration_harness.rollouts")
def look_at_rollouts() -> None:
    """Look at every rollout that is under way; safe to run twice, and at the same time."""
    tick()


@shared_task(name=SHADOW)
def shadow_operations() -> None:
    """Run recorded operations again on both sides, and undo it; safe to run twice, and at the same time."""
    shadows.work_off(at_most_seconds=SHADOW_SECONDS)


@shared_task(name="migration_harness.forecast")
def forecast_log() -> None:
    """Make a forecast of the last 30 days of the log, for console and API; safe to run twice."""
    make_forecast(question=question_of_log(days=30), actor="beat")


# A prefork worker ends without running exit handlers.
worker_process_shutdown.connect(leave, weak=False)
