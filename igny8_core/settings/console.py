"""How the admin, and the console in it, is called, and what its menu leads to."""

from typing import Any

from django.urls import reverse_lazy

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "IGNY8 migration",
    "SITE_HEADER": "IGNY8",
    "SITE_SUBHEADER": "AI configuration refactor",
    "SITE_SYMBOL": "alt_route",
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_all_applications": True,
        "navigation": [
            {
                "title": "Migration",
                "items": [
                    {
                        "title": "Console",
                        "icon": "monitoring",
                        "link": reverse_lazy("dashboards:overview"),
                        # Its address begins that of the forecast, whose own entry is marked there.
                        "active": lambda request: (
                            request.path.startswith("/migration/")
                            and not request.path.startswith("/migration/forecast/")
                        ),
                    },
                    {"title": "Forecast", "icon": "payments", "link": reverse_lazy("dashboards:forecast")},
                    {
                        "title": "Flags",
                        "icon": "flag",
                        "link": reverse_lazy("admin:migration_harness_flag_changelist"),
                    },
                    {
                        "title": "Audit trail",
                        "icon": "history",
                        "link": reverse_lazy("admin:migration_harness_auditevent_changelist"),
                    },
                    {"title": "REST API", "icon": "api", "link": reverse_lazy("migration-api:docs")},
                ],
            },
            {
                "title": "Service",
                "items": [
                    {
                        "title": "Accounts",
                        "icon": "group",
                        "link": reverse_lazy("admin:igny8_auth_account_changelist"),
                    },
                    {
                        "title": "AI models",
                        "icon": "smart_toy",
                        "link": reverse_lazy("admin:billing_aimodelconfig_changelist"),
                    },
                    {
                        "title": "Retired choices",
                        "icon": "rule",
                        "link": reverse_lazy("admin:system_retired_choices"),
                    },
                    {
                        "title": "Integration providers",
                        "icon": "key",
                        "link": reverse_lazy("admin:billing_integrationprovider_changelist"),
                    },
                    {
                        "title": "Global settings",
                        "icon": "settings",
                        "link": reverse_lazy("admin:system_globalintegrationsettings_changelist"),
                    },
                    {
                        "title": "Ledger",
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:billing_credittransaction_changelist"),
                    },
                ],
            },
        ],
    },
}
