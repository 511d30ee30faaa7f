"""Which threads answer what."""

import pytest
from django.conf import settings
from django.urls import reverse

from igny8_core.web.lanes import ROLLBACK, WAY_THERE, lane_of

FLAG = ["model-based-credits"]


class TestLane:
    @pytest.mark.parametrize(
        "path",
        [
            reverse("dashboards:flag", args=FLAG),
            reverse("dashboards:rollback", args=FLAG),
            reverse("dashboards:brakes"),
            reverse("migration-api:rollback", args=FLAG),
            reverse("migration-api:rollback-of-all"),
        ],
    )
    def test_of_rollbacks(self, path):
        assert lane_of(path) == ROLLBACK

    @pytest.mark.parametrize(
        "path", [reverse("admin:login"), reverse("dashboards:overview"), f"{settings.STATIC_URL}dashboards/console.css"]
    )
    def test_of_what_leads_to_one(self, path):
        assert lane_of(path) == WAY_THERE

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/healthz",
            "/metrics",
            "/app/",
            "/api/v1/planner/keywords/",
            reverse("dashboards:forecast"),
            reverse("migration-api:flag", args=FLAG),
            "*",
            "",
            "//",
            "/migration/flags//rollback/",
            "/nowhere/\x00\n\u00ff",
            reverse("dashboards:rollback", args=FLAG).removesuffix("/"),
        ],
    )
    def test_of_everything_else(self, path):
        assert lane_of(path) is None

    @pytest.mark.parametrize("view", sorted(ROLLBACK | WAY_THERE))
    def test_names_an_address_that_exists(self, view):
        assert reverse(
            view, args=FLAG if view in {"dashboards:flag", "dashboards:rollback", "migration-api:rollback"} else []
        )
