"""Celery tasks of the harness."""

from celery import shared_task

from migration_harness.partitions import prepare


@shared_task(name="migration_harness.prepare_partitions")
def prepare_partitions() -> None:
    """Make the comparison log's partitions of the coming days; safe to run twice."""
    prepare()
