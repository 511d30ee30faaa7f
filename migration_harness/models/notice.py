"""What people and their systems are told, to whom, and what became of it."""

from django.db import models
from django.db.models import F, Q

from migration_harness.models.bound import Bound


class Notice(Bound):
    """One thing that is told. It is written in the transaction of what it tells of, and delivered after that."""

    key = models.UUIDField(unique=True, help_text="By which a receiver knows it again, on whatever server it is kept.")
    kind = models.TextField()
    subject = models.TextField(help_text="What it is about: most often a flag.")
    sentence = models.TextField()
    details = models.JSONField(help_text="Plain values by name.")
    at = models.DateTimeField()
    addressed = models.BooleanField(default=False, help_text="Whether it has a row for each who is to be told.")

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(addressed=False), name="notice_not_addressed"),
            models.Index(fields=["at"], name="notice_by_time"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class NoticeDelivery(Bound):
    """A notice on its way to one who is told."""

    class Channel(models.TextChoices):
        """How somebody is told."""

        WEBHOOK = "webhook"
        EMAIL = "email"
        HEADS = "heads"
        """The webhook of whoever keeps heads of the audit trail."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        """It is still to be delivered; it may have failed before."""
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"
        """It could not be delivered for days, and is tried again only where somebody says so."""
        DROPPED = "dropped"
        """Whoever was to be told is no longer named by the settings."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    target = models.TextField(blank=True, help_text="The address of an e-mail; empty for the webhook.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(help_text="Not tried before.")
    claimed_until = models.DateTimeField(null=True, help_text="Until then a worker has it in hand.")
    give_up_at = models.DateTimeField()
    answer = models.TextField(blank=True, help_text="What the last attempt came to.")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel", "target"], name="notice_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "given_up", "dropped"]), name="notice_delivery_state"
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="notice_delivery_has_its_time",
            ),
            models.CheckConstraint(condition=Q(attempts__gte=0), name="notice_delivery_attempts"),
        ]
        indexes = [
            models.Index(F("channel"), F("next_at"), condition=Q(state="waiting"), name="notice_delivery_due"),
            models.Index(F("state"), condition=Q(state="given_up"), name="notice_delivery_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of notice {self.notice_id}"


class SeenDiscrepancy(Bound):
    """A way in which live calls differ, from the first time on. Folding writes it (see ``sql/notices.sql``)."""

    signature = models.TextField(primary_key=True)
    seam = models.TextField()
    verdict = models.TextField()
    first_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, help_text="When it was decided whether somebody is told.")

    class Meta:
        indexes = [
            models.Index(
                fields=["first_at"], condition=Q(looked_at__isnull=True), name="seen_discrepancy_not_looked_at"
            )
        ]

    def __str__(self) -> str:
        return self.signature
