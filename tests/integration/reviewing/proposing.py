"""Explanations on their way from a draft to the verdict."""

from datetime import UTC, datetime

from django.db import connection

from migration_harness.models import Comparison
from migration_harness.reviewing import approvals, explaining, stored_rules

from ..approving import second_person

TODAY = datetime.now(UTC).date()


def draft(found, **options):
    return explaining.draft(signature=found.signature, today=TODAY, **options)


def propose(found, *, actor="ada@host", **options):
    return explaining.propose(
        drafted=draft(found, **options), reason="The label names its price.", owner="product", actor=actor
    )


def approved(found, **options):
    made = propose(found, **options)
    approvals.approve(number=made.pk, actor=second_person("bob"), today=TODAY)
    follow()
    return made


def follow(today=TODAY):
    stored_rules.rules.follow(connection, today=today)


def verdicts():
    return list(Comparison.objects.order_by("id").values_list("verdict", flat=True))
