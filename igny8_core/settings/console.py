"""How the admin, and the console in it, is called, and what its menu leads to."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _whoever_may(permission: str) -> Callable[[HttpRequest], bool]:
    """Return what shows an entry to whoever may open it."""
    return lambda request: request.user.has_perm(permission)


_PAGES: Final = (
    ("Accounts", "group", "accounts"),
    ("Flags", "flag", "flags"),
    ("Discrepancies", "difference", "discrepancies"),
    ("Seams", "call_split", "seams"),
    ("Recordings", "radio_button_checked", "recordings"),
    ("Changes", "edit_note", "changes"),
    ("Forecast", "payments", "forecast"),
    ("Rollouts", "trending_up", "rollouts"),
    ("Trial balance", "balance", "trial-balance"),
    ("Criteria", "task_alt", "criteria"),
    ("Legacy", "delete_sweep", "legacy"),
    ("Certificate", "verified", "certificate"),
    ("Errors", "error", "errors"),
    ("Notices", "notifications", "notices"),
)
"""Pages of the console that whoever may look at it finds in the menu: title, icon, name."""
_OWN_ENTRIES: Final = ("/migration/tokens/", *(f"/migration/{name}/" for _, _, name in _PAGES))
"""Addresses that begin with the console's own and have an entry that is marked there."""

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "IGNY8 migration",
    "SITE_HEADER": "IGNY8",
    "SITE_SUBHEADER": "AI configuration refactor",
    "SITE_SYMBOL": "alt_route",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("igny8/icon.svg")},
    ],
    "SHOW_VIEW_ON_SITE": False,
    # The colours are a file: in the page they would be a style that no nonce allows.
    "COLORS": lambda _request: {},
    "STYLES": [lambda _request: static("igny8/theme.css")],
    "LOGIN": {"form": "igny8_core.auth.signing_in.form.SignInForm"},
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
                        "permission": _whoever_may("migration_harness.look"),
                        # Its address begins those of pages whose own entries are marked there.
                        "active": lambda request: (
                            request.path.startswith("/migration/") and not request.path.startswith(_OWN_ENTRIES)
                        ),
                    },
                    *(
                        {
                            "title": title,
                            "icon": icon,
                            "link": reverse_lazy(f"dashboards:{name}"),
                            "permission": _whoever_may("migration_harness.look"),
                        }
                        for title, icon, name in _PAGES
                    ),
                    {
                        "title": "Audit trail",
                        "icon": "history",
                        "link": reverse_lazy("admin:migration_harness_auditevent_changelist"),
                        "permission": _whoever_may("migration_harness.look"),
                    },
                    {
                        "title": "REST API",
                        "icon": "api",
                        "link": reverse_lazy("migration-api:docs"),
                        "permission": _whoever_may("migration_harness.look"),
                    },
                    {
                        "title": "Tokens",
                        "icon": "vpn_key",
                        "link": reverse_lazy("dashboards:tokens"),
                        "permission": _whoever_may("migration_harness.look"),
                    },
                    {"title": "Second factor", "icon": "lock", "link": reverse_lazy("second-factor")},
                ],
            },
            {
                "title": "Service",
                "items": [
                    {
                        "title": "Accounts",
                        "icon": "group",
                        "link": reverse_lazy("admin:igny8_auth_account_changelist"),
                        "permission": _whoever_may("igny8_auth.view_account"),
                    },
                    {
                        "title": "AI models",
                        "icon": "smart_toy",
                        "link": reverse_lazy("admin:billing_aimodelconfig_changelist"),
                        "permission": _whoever_may("billing.view_aimodelconfig"),
                    },
                    {
                        "title": "Retired choices",
                        "icon": "rule",
                        "link": reverse_lazy("admin:system_retired_choices"),
                        "permission": _whoever_may("system.view_integrationsettings"),
                    },
                    {
                        "title": "Integration providers",
                        "icon": "key",
                        "link": reverse_lazy("admin:billing_integrationprovider_changelist"),
                        "permission": _whoever_may("billing.view_integrationprovider"),
                    },
                    {
                        "title": "Global settings",
                        "icon": "settings",
                        "link": reverse_lazy("admin:system_globalintegrationsettings_changelist"),
                        "permission": _whoever_may("system.view_globalintegrationsettings"),
                    },
                    {
                        "title": "Ledger",
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:billing_credittransaction_changelist"),
                        "permission": _whoever_may("billing.view_credittransaction"),
                    },
                ],
            },
        ],
    },
}
