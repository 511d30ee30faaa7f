"""What was asked of a second person, and their answer."""

from typing import Any

from django.db import models
from django.db.models import Q

from migration_harness.models.bound import Bound


class Approval(Bound):
    """One act that needs two people: what exactly was asked, by whom, and what came of it.

    What was asked never changes; ``sql/approvals.sql`` holds its digest to it, and lets a row go on to its next state
    alone. People are kept by the primary key of their user, as text, and by their name of that day.
    """

    class State(models.TextChoices):
        """Where it stands. Only an approved one can be used, once and until it expires."""

        ASKED = "asked"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        USED = "used"
        VOID = "void"

    act = models.CharField(max_length=20)
    subject = models.CharField(max_length=150)
    asked = models.TextField(help_text="Exactly what was asked: canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    sentence = models.TextField(help_text="What was asked, for people.")
    again = models.TextField(blank=True, default="", help_text="The command that does it once it is approved.")
    reason = models.TextField(blank=True)
    asker = models.CharField(max_length=150)
    asker_user = models.CharField(max_length=100, blank=True, help_text="Empty: a user of a machine, without account.")
    asker_machine = models.CharField(max_length=150, blank=True, help_text="Who typed --as, at which machine.")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    approver = models.CharField(
        max_length=150, blank=True, default="", help_text="Who approved, refused or countersigned."
    )
    approver_user = models.CharField(max_length=100, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True, default="", help_text="Their reason, or why it is void.")
    used_by = models.CharField(max_length=150, blank=True, default="")
    used_at = models.DateTimeField(null=True)
    overridden = models.BooleanField(default=False, help_text="A superuser passed; then approver is who countersigned.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | ~Q(approver_user=""),
                name="approval_is_decided_by_a_user",
            ),
            models.CheckConstraint(
                condition=~Q(state="used") | Q(overridden=True) | ~Q(approver_user=""),
                name="approval_is_used_approved_or_overridden",
            ),
            models.CheckConstraint(
                condition=Q(approver_user="") | ~Q(approver_user=models.F("asker_user")),
                name="approval_is_by_another_user",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state__in=["asked", "approved"]), name="approval_asked_once"
            ),
        ]
        indexes = [models.Index(fields=["act", "subject", "state"], name="approval_by_subject")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How the trail and pages call it."""
        return f"approval {self.pk}"

    @property
    def lacks_signature(self) -> bool:
        """Whether a superuser passed and no second person has signed since."""
        return self.overridden and not self.approver_user

    @property
    def evidence(self) -> dict[str, Any]:
        """What an event says of it: what was asked, by its digest, and both names, or that one person passed alone."""
        return {
            "number": self.pk,
            "digest": self.digest,
            "asked_by": self.asker,
            "approved_by": self.approver,
            "overridden": self.overridden,
        }
