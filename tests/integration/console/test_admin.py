"""Flags and the audit trail in the admin."""

import pytest
from django.urls import reverse

from igny8_core.auth.models import User
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, Flag

from .browser import CREDITS, OVERVIEW, words


class TestAdmin:
    @pytest.mark.legacy
    @pytest.mark.parametrize("model", ["flag", "auditevent"])
    def test_shows_rows_and_changes_none(self, operator, demo, model):
        row = {"flag": Flag, "auditevent": AuditEvent}[model].objects.order_by("pk").first()
        assert operator.get(reverse(f"admin:migration_harness_{model}_changelist")).status_code == 200
        assert operator.get(reverse(f"admin:migration_harness_{model}_change", args=[row.pk])).status_code == 200
        for url in (
            reverse(f"admin:migration_harness_{model}_add"),
            reverse(f"admin:migration_harness_{model}_change", args=[row.pk]),
            reverse(f"admin:migration_harness_{model}_delete", args=[row.pk]),
        ):
            assert operator.post(url, {"name": "x", "post": "yes"}).status_code == 403

    def test_of_a_flag_hides_the_fields_of_waffle(self, operator, demo):
        url = reverse("admin:migration_harness_flag_change", args=[Flag.objects.get(name=CREDITS).pk])
        html = operator.get(url).content.decode()
        hidden = (
            "percent",
            "superusers",
            "staff",
            "authenticated",
            "languages",
            "testing",
            "rollout",
            "groups",
            "users",
        )
        assert [name for name in hidden if f"field-{name}" in html or f'name="{name}"' in html] == []

    @pytest.mark.parametrize("view", ["changelist", "change"])
    def test_of_a_flag_names_the_command(self, operator, demo, view):
        args = [Flag.objects.get(name=CREDITS).pk] if view == "change" else []
        text = words(operator.get(reverse(f"admin:migration_harness_flag_{view}", args=args)))
        assert "python manage.py harness flag NAME" in text

    def test_leads_to_console_flags_and_trail(self, operator, demo):
        html = operator.get("/admin/").content.decode()
        for url in (OVERVIEW, "/admin/migration_harness/flag/", "/admin/migration_harness/auditevent/"):
            assert f'href="{url}"' in html

    def test_has_no_switch_that_slips_past_the_audit(self, operator, demo):
        assert operator.get("/admin/waffle/switch/").status_code == 404


class TestRollbackInTheAdmin:
    @pytest.mark.usefixtures("selected")
    def test_rolls_the_selected_flags_back_as_this_person(self, operator, demo):
        flag = Flag.objects.get(name="model-based-credits")
        change_flag(name=flag.name, change=FlagChange(share_bps=10_000), actor="tester")
        answer = operator.post(
            "/admin/migration_harness/flag/",
            {"action": "roll_back", "_selected_action": [flag.pk]},
            follow=True,
        )
        event = AuditEvent.objects.order_by("-id").first()
        assert answer.status_code == 200
        assert "12 left it" in answer.text
        assert (event.action, event.subject) == ("roll back", flag.name)
        assert event.actor == User.objects.get(is_superuser=True).username
        assert Flag.objects.get(pk=flag.pk).everyone is False
