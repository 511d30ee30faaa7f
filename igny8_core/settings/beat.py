"""What beat has a worker do, and when."""

from typing import Any


def beat_schedule() -> dict[str, Any]:
    """Return ``CELERY_BEAT_SCHEDULE``."""
    from celery.schedules import crontab  # noqa: PLC0415  Not every process needs Celery.

    return {
        "prepare-comparison-partitions": {
            "task": "migration_harness.prepare_partitions",
            "schedule": 3600.0,
        },
        # Rollups are never late for a reader; folding often keeps what is read beside them short.
        "fold-comparisons": {
            "task": "migration_harness.fold",
            "schedule": 5.0,
            "options": {"expires": 5.0},
        },
        "remove-old-comparisons": {
            "task": "migration_harness.retain",
            "schedule": 3600.0,
        },
        "listen-for-silence": {
            "task": "migration_harness.listen",
            "schedule": 60.0,
            "options": {"expires": 60.0},
        },
        "deliver-notices": {
            "task": "migration_harness.deliver_notices",
            "schedule": 5.0,
            "options": {"expires": 5.0},
        },
        # A changed entry of the ledger is named within a minute: three ticks, and what the server takes to count it.
        "check-the-books": {
            "task": "migration_harness.trial_balance",
            "schedule": 20.0,
            "options": {"expires": 20.0},
        },
        # Whoever writes a call down wakes a worker; this is for when nobody could.
        "compare-deferred-calls": {
            "task": "migration_harness.deferred",
            "schedule": 10.0,
            "options": {"expires": 10.0, "queue": "deferred"},
        },
        "reconcile-stores": {
            "task": "migration_harness.reconcile",
            "schedule": 60.0,
        },
        "publish-the-head-of-the-trail": {
            "task": "migration_harness.publish_head",
            "schedule": 60.0,
            "options": {"expires": 60.0},
        },
        "look-at-legacy-tables": {
            "task": "migration_harness.legacy_tables",
            "schedule": 60.0,
            "options": {"expires": 60.0},
        },
        "look-at-rollouts": {
            "task": "migration_harness.rollouts",
            "schedule": 10.0,
            "options": {"expires": 10.0},
        },
        "shadow-operations": {
            "task": "migration_harness.shadow",
            "schedule": 5.0,
            "options": {"expires": 5.0, "queue": "shadow"},
        },
        # @legacy begin
        "forecast-the-money": {
            "task": "migration_harness.forecast",
            "schedule": crontab(hour=3, minute=15),
        },
        # @legacy end
        "start-due-automations": {
            "task": "automation.start_due",
            "schedule": crontab(minute=5),
        },
        "resume-abandoned-automations": {
            "task": "automation.resume_abandoned",
            "schedule": 60.0,
        },
    }
