"""What an account's plan has room for."""

import io

import pytest
from django.db import IntegrityError, transaction

from igny8_core.auth.exceptions import PlanIsFull
from igny8_core.auth.models import Account, Plan, Site
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.services.keyword_import import import_keywords

from .clients import API, error_of

SITES, KEYWORDS = f"{API}accounts/sites/", f"{API}planner/keywords/"


@pytest.fixture
def site(account):
    Plan.objects.filter(pk=account.plan_id).update(most_sites=2, most_keywords=3)
    return account.sites.get()


def keywords_of(site, *words):
    rows = [Keyword(account=site.account, site=site, keyword=word) for word in words]
    return Keyword.objects.bulk_create(rows)


class TestPlan:
    def test_has_room_for_so_many_sites(self, customer, site, account):
        assert customer.post(SITES, {"name": "Second"}, format="json").status_code == 201
        response = customer.post(SITES, {"name": "Third"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (409, "plan_is_full")
        assert "room for 2 sites" in response.json()["message"]
        assert account.sites.count() == 2

    def test_has_room_for_so_many_keywords_of_all_sites(self, customer, site, account):
        keywords_of(site, "a", "b")
        keywords_of(Site.objects.create(account=account, name="Second"), "c")
        response = customer.post(KEYWORDS, {"site": site.pk, "keyword": "d"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (409, "plan_is_full")
        assert Keyword.objects.count() == 3

    def test_holds_for_a_file(self, customer, site):
        file = io.BytesIO(b"keyword\na\nb\nc\nd\n")
        file.name = "keywords.csv"
        response = customer.post(f"{KEYWORDS}import/", {"site": site.pk, "file": file}, format="multipart")
        assert (response.status_code, error_of(response)["code"]) == (409, "plan_is_full")
        assert Keyword.objects.count() == 0

    def test_counts_what_a_file_adds_alone(self, customer, site):
        keywords_of(site, "a", "b", "c")
        found = import_keywords(account=site.account, site=site, file=io.BytesIO(b"keyword\na\nb\nc\n"))
        assert (found.created, found.duplicates) == (0, 3)

    def test_holds_for_whoever_adds_many_at_once(self, site):
        with pytest.raises(IntegrityError, match="room for 3 keywords"), transaction.atomic():
            keywords_of(site, "a", "b", "c", "d")
        assert Keyword.objects.count() == 0

    def test_that_became_smaller_takes_nothing_away(self, customer, site):
        keywords_of(site, "a", "b", "c")
        Plan.objects.filter(pk=site.account.plan_id).update(most_sites=0, most_keywords=0)
        assert customer.patch(f"{SITES}{site.pk}/", {"name": "Renamed"}, format="json").status_code == 200
        assert Keyword.objects.count() == 3
        with pytest.raises(PlanIsFull):
            import_keywords(account=site.account, site=site, file=io.BytesIO(b"keyword\nd\n"))

    def test_is_each_accounts_own(self, site, neighbour_account):
        keywords_of(site, "a", "b", "c")
        other = Account.objects.get(pk=neighbour_account.pk)
        Plan.objects.filter(pk=other.plan_id).update(most_keywords=3)
        keywords_of(other.sites.get(), "a", "b", "c")
        assert Keyword.objects.count() == 6
