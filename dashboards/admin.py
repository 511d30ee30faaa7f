"""Flags and the audit trail in the admin, to read: every write goes through the harness."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from unfold.admin import ModelAdmin
from waffle.models import Sample, Switch

from dashboards.flips import Flipped
from dashboards.names import Names
from dashboards.rendering import not_allowed
from dashboards.templatetags.console import utc
from dashboards.trail import change_text
from migration_harness.api import HarnessError
from migration_harness.authority.actions import LOOK, ROLLBACK, Action
from migration_harness.authority.actors import of_user
from migration_harness.authority.asking import require
from migration_harness.control.rollback import roll_back
from migration_harness.database.transaction import commits_for_itself
from migration_harness.exceptions import NotAllowed
from migration_harness.models import (
    AuditEvent,
    DiscrepancyAssignment,
    DiscrepancyNote,
    DiscrepancyReview,
    Flag,
    StoredExplanation,
)
from migration_harness.wording import cohort_text, percent


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows to whoever may look at the migration, and changes none, whatever they may do elsewhere."""

    actions: Sequence[str] | None = None
    needed: Mapping[str, Action] = {}
    """What each of ``actions`` is, for whoever wants to do it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the menu has it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Tell whether this person may look."""
        return of_user(request.user).may(LOOK)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer what this person may do."""
        actor = of_user(request.user)
        return {name: offered for name, offered in super().get_actions(request).items() if actor.may(self.needed[name])}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, or do what was chosen; what is not offered is refused, by a page that says why."""
        chosen = self.needed.get(request.POST.get("action", ""))
        try:
            if chosen is not None:
                require(of_user(request.user), chosen, subject=" ".join(request.POST.getlist(ACTION_CHECKBOX_NAME)))
        except NotAllowed as error:
            return not_allowed(request, error)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Nobody deletes here."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Leave out the admin's own history: what happened is in the audit trail."""
        context = {**(extra_context or {}), "show_history": False}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """Flags without waffle's own fields, which are neutral by constraint; the one thing to do here is to go back."""

    actions = ("roll_back",)
    needed = {"roll_back": ROLLBACK}
    list_display = ("name", "cohort", "stage", "baseline", "compared", "epoch", "owner")
    fields = (
        "name", "note", "owner", "cohort", "stage", "baseline", "compared", "requires", "members", "epoch",
        "created", "modified",
    )  # fmt: skip
    ordering = ("name",)
    search_fields = ("name", "note", "owner")
    list_before_template = "dashboards/admin/flag_note.html"
    change_form_before_template = "dashboards/admin/flag_note.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the members along, so that a list costs one query."""
        flags: QuerySet[Flag] = super().get_queryset(request)
        return flags.annotate(
            included=Count("members", filter=Q(members__included=True)),
            excluded=Count("members", filter=Q(members__included=False)),
        )

    @commits_for_itself
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the flags, or roll back those that are selected."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    @admin.action(description="Roll back: everyone on the control, at once")
    def roll_back(self, request: HttpRequest, flags: QuerySet[Flag]) -> None:
        """Roll back the selected flags and say what came of it."""
        names, actor = [flag.name for flag in flags], request.user.get_username()
        try:
            flipped = Flipped.by(lambda: roll_back(names=names, actor=actor, reason="from the admin"), at_once=True)
        except HarnessError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        good = flipped.proven.proof.holds and not flipped.proven.refused
        self.message_user(request, flipped.sentence, messages.SUCCESS if good else messages.ERROR)

    @admin.display(description="cohort")
    def cohort(self, flag: Any) -> str:
        """Return who is in the cohort, in words; the flag comes with its members counted."""
        return cohort_text(flag)

    @admin.display(description="compared", ordering="compared_bps")
    def compared(self, flag: Flag) -> str:
        """Return the share of the calls that is compared."""
        return f"{percent(flag.compared_bps)} of calls"

    @admin.display(description="accounts by name")
    def members(self, flag: Flag) -> str:
        """Return who is in or out by name, by whom and why."""
        members = list(flag.members.order_by("-included", "at"))
        names = Names([member.account_id for member in members])
        lines = [
            (
                names.of(member.account_id),
                "included" if member.included else "excluded",
                member.actor,
                f": {member.reason}" if member.reason else "",
            )
            for member in members
        ]
        return format_html_join("", "<div>{}: {} by {}{}</div>", lines) or "none"


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit trail, newest first."""

    list_display = ("at_utc", "actor", "action", "subject", "change", "reason")
    list_filter = ("action",)
    search_fields = ("actor", "subject", "reason")
    ordering = ("-id",)
    list_per_page = 50
    fields = ("at_utc", "actor", "action", "subject", "change", "reason", "before", "after", "evidence", "chain")

    @admin.display(description="at (UTC)", ordering="at")
    def at_utc(self, event: AuditEvent) -> str:
        """Return when, to the second."""
        return utc(event.at)

    @admin.display(description="hash, after that of the event before")
    def chain(self, event: AuditEvent) -> str:
        """Return both hashes, in pieces that a narrow screen can break."""
        return " ".join(_pieces(event.hash)) + " ← " + " ".join(_pieces(event.previous_hash))

    @admin.display(description="change")
    def change(self, event: AuditEvent) -> str:
        """Return what changed, in words; accounts by id, so that a list costs one query."""
        return change_text(event.before, event.after, Names(())) or "–"


@admin.register(DiscrepancyReview)
class DiscrepancyReviewAdmin(ReadOnlyAdmin):
    """What people decided; the console has the rest of it."""

    list_display = ("signature", "state", "actor", "at", "reason")
    list_filter = ("state",)
    search_fields = ("signature", "actor", "reason")
    ordering = ("-at",)


@admin.register(DiscrepancyNote)
class DiscrepancyNoteAdmin(ReadOnlyAdmin):
    """What people wrote about discrepancies."""

    list_display = ("signature", "actor", "at", "text")
    search_fields = ("signature", "actor", "text")
    ordering = ("-id",)


@admin.register(DiscrepancyAssignment)
class DiscrepancyAssignmentAdmin(ReadOnlyAdmin):
    """Who is on which discrepancy."""

    list_display = ("signature", "assignee", "actor", "at")
    search_fields = ("signature", "assignee")
    ordering = ("-at",)


@admin.register(StoredExplanation)
class StoredExplanationAdmin(ReadOnlyAdmin):
    """Stored explanations; the console proposes and decides."""

    list_display = ("name", "state", "seam", "expires", "owner", "proposed_by", "approved_by")
    list_filter = ("state", "seam")
    search_fields = ("signature", "owner", "reason", "proposed_by")
    ordering = ("-id",)


def _pieces(digest: str, *, size: int = 8) -> list[str]:
    return [digest[start : start + size] for start in range(0, len(digest), size)]


# Switches and samples of waffle could be turned past epoch and audit, and this service has none.
admin.site.unregister([Switch, Sample, Group])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Groups of operators, in the same clothes as the rest; what their members may, superusers alone say."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may make one."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Tell whether somebody may give its members more."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:  # noqa: ARG002  Django's signature.
        """Tell whether somebody may take it from its members."""
        return bool(request.user.is_superuser)
