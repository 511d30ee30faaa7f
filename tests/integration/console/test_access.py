"""Who may look at the console."""

import pytest

from igny8_core.auth.models import User

from .browser import OVERVIEW


class TestAccess:
    PAGES = pytest.mark.parametrize(
        "url", [OVERVIEW, "/migration/discrepancies/0123456789ab/"], ids=["overview", "page"]
    )

    @PAGES
    def test_of_an_anonymous_visitor_leads_to_the_login(self, client, db, url):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={url}")

    @PAGES
    def test_of_a_customer_is_refused(self, customer, url):
        assert customer.get(url).status_code == 403

    def test_of_staff_without_any_permission_is_granted(self, client, demo):
        client.force_login(User.objects.create_user("reader", password="x", is_staff=True))
        assert client.get(OVERVIEW).status_code == 200

    def test_by_any_method_that_writes_is_refused(self, operator, demo):
        assert operator.post(OVERVIEW).status_code == 405

    def test_leaves_nothing_in_a_cache(self, operator, demo):
        assert "no-store" in operator.get(OVERVIEW)["Cache-Control"]
