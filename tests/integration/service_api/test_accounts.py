"""Account, plan, user and sites."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Site
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.system.models import IntegrationSettings

from .clients import API, data_of, error_of

SITES = f"{API}accounts/sites/"


class TestMe:
    def test_is_account_plan_and_user(self, customer, account):
        me = data_of(customer.get(f"{API}accounts/me/"))
        assert me["account"] | {"created_at": None} == {
            "id": account.pk, "name": "Amber Bakery", "credits": 10_000, "created_at": None,
        }  # fmt: skip
        assert me["plan"] == {
            "name": "Growth", "included_credits": 50_000, "allows_overrides": True, "most_sites": 100,
            "most_keywords": 100_000,
        }  # fmt: skip
        assert me["user"] == {"username": "customer", "email": "", "first_name": "", "last_name": ""}


class TestSites:
    def test_are_created_read_changed_and_deleted(self, customer, account):
        created = customer.post(SITES, {"name": "Shop", "domain": "shop.example.com"}, format="json")
        assert created.status_code == 201
        site = data_of(created)
        url = f"{SITES}{site['id']}/"
        assert data_of(customer.get(url)) == site
        assert data_of(customer.patch(url, {"name": "Store"}, format="json")) == {**site, "name": "Store"}
        response = customer.delete(url)
        assert (response.status_code, response.content) == (204, b"")
        assert customer.get(url).status_code == 404
        assert [row.name for row in account.sites.all()] == ["Amber Bakery blog"]

    def test_are_listed_by_name_a_page_at_a_time(self, customer, neighbour_account):
        for name in ("Zoo", "Attic"):
            customer.post(SITES, {"name": name}, format="json")
        seen, url = [], f"{SITES}?page_size=2"
        while url:
            page = customer.get(url).json()
            seen += [row["name"] for row in page["results"]]
            url = page["next"]
        assert (seen, page["count"]) == (["Amber Bakery blog", "Attic", "Zoo"], 3)

    def test_cost_the_same_queries_however_many_there_are(self, customer, account):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                customer.get(SITES)
            return len(captured)

        few = queries()
        Site.objects.bulk_create(Site(account=account, name=f"Site {index}") for index in range(40))
        assert queries() == few

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": ["x"]}, "name"),
            ({"name": "Amber Bakery blog"}, "name"), ({"name": "x", "domain": "not a domain"}, "domain"),
            ({"name": "x", "account": 1}, "account"),
        ],
        ids=str,
    )  # fmt: skip
    def test_are_not_created_from(self, customer, body, wrong):
        response = customer.post(SITES, body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])
        assert Site.objects.count() == 1

    def test_keep_their_name_when_it_is_sent_again(self, customer, account):
        site = account.sites.get()
        assert customer.patch(f"{SITES}{site.pk}/", {"name": site.name}, format="json").status_code == 200

    def test_may_have_the_name_of_another_tenants_site(self, customer, neighbour_account):
        assert customer.post(SITES, {"name": "Blue Harbour blog"}, format="json").status_code == 201

    def test_with_keywords_are_not_deleted(self, customer, account):
        site = account.sites.get()
        Keyword.objects.create(account=account, site=site, keyword="rye bread")
        response = customer.delete(f"{SITES}{site.pk}/")
        assert (response.status_code, error_of(response)["code"]) == (409, "site_in_use")
        assert "keywords" in response.json()["message"]
        assert Keyword.objects.count() == 1

    def test_take_their_choices_with_them(self, customer, account):
        site = account.sites.get()
        IntegrationSettings.objects.create(account=account, site=site, text_model="gpt-4o")
        assert customer.delete(f"{SITES}{site.pk}/").status_code == 204
        assert IntegrationSettings.objects.count() == 0
