"""Addresses of the console and the admin that somebody has made up.

Django's admin is asked each of them at a third of its pages, another third for the next one; SOAK=1 asks all at all.
"""

import os

import pytest
from django.contrib import admin
from django.urls import reverse

from dashboards import urls
from igny8_core.auth.models import User

MADE_UP = {
    "nul": "%00", "half": "%ED%A0%80", "escape": "%1b[31m", "path": "%2e%2e%2f%2e%2e%2fetc", "markup": "%3Cscript%3E",
    "number": "9" * 4_000, "longer number": "9" * 10_000, "negative": "-1", "huge": "x" * 10_000,
    "percent": "%25%30%30",
}  # fmt: skip
QUERIES = [
    "page=%00",
    "%00=1",
    "page=-1",
    f"page={'9' * 5_000}",
    f"p={'9' * 5_000}",
    "p=-1",
    "o=x.y.-9",
    "q=%00",
    "all=1",
]


FULL = os.environ.get("SOAK") == "1"


def admin_lists(turn):
    """The addresses of the admin's lists: all of them, or the third whose turn it is."""
    lists = sorted(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    )
    return lists if FULL else lists[turn % 3 :: 3]


@pytest.fixture
def operator(client, demo):
    client.force_login(User.objects.create_superuser("operator", password="x"))
    client.raise_request_exception = False
    return client


def console_addresses():
    return [str(pattern.pattern) for pattern in urls.urlpatterns]


class TestAddress:
    @pytest.mark.parametrize("made_up", MADE_UP)
    def test_that_is_made_up_is_not_found(self, operator, made_up):
        for template in console_addresses():
            if "<" in template:
                address = template
                for part in ("<str:name>", "<str:signature>", "<int:number>", "<int:item>"):
                    address = address.replace(part, MADE_UP[made_up])
                assert operator.get(f"/migration/{address}").status_code in (404, 405), address

    @pytest.mark.parametrize("made_up", MADE_UP)
    def test_that_is_made_up_leads_to_nothing_in_the_admin(self, operator, made_up):
        for listed in admin_lists(list(MADE_UP).index(made_up)):
            for action in ("change", "history", "delete"):
                response = operator.get(f"{listed}{MADE_UP[made_up]}/{action}/")
                assert response.status_code in (302, 403, 404), (listed, action)

    @pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:10])
    def test_with_a_made_up_query_is_no_fault(self, operator, query):
        pages = [f"/migration/{each}" for each in console_addresses() if "<" not in each]
        for address in pages + admin_lists(QUERIES.index(query)):
            assert operator.get(f"{address}?{query}").status_code < 500, address
