"""Planner, writer, linker and optimizer in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from igny8_core.auth.models import User

from ..content_parts import one_of_each

RESULTS = ("cluster", "idea", "task", "content", "image-prompt", "image", "link", "optimization")
ALL = ("keyword", *RESULTS)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator(demo, client):
    client.force_login(User.objects.create_superuser("olga"))
    return client


@pytest.fixture
def rows(account):
    return one_of_each(account)


def url(row, page, *args):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=args)


class TestPages:
    @pytest.mark.parametrize("name", ALL)
    def test_list_show_and_find_a_row(self, operator, rows, name):
        row = rows[name]
        found = operator.get(url(row, "changelist"), {"q": row.account.name})
        assert url(row, "change", row.pk) in found.content.decode()
        assert operator.get(url(row, "changelist"), {"q": "no such name"}).context["cl"].result_count == 0
        assert str(row) in operator.get(url(row, "change", row.pk)).content.decode()

    @pytest.mark.parametrize("name", RESULTS)
    def test_change_no_result(self, operator, rows, name):
        row = rows[name]
        for page, args in (("add", ()), ("delete", (row.pk,))):
            assert operator.get(url(row, page, *args)).status_code == 403
        assert operator.post(url(row, "change", row.pk), {"title": "x"}).status_code == 403

    def test_put_a_keyword_right_and_leave_it_where_it_is(self, operator, rows):
        keyword = rows["keyword"]
        sent = {"keyword": "oat bread", "volume": 7, "difficulty": 3, "site": 0, "account": 0, "cluster": ""}
        assert operator.post(url(keyword, "change", keyword.pk), sent).status_code == 302
        as_it_was = (keyword.site_id, keyword.account_id, keyword.cluster_id)
        keyword.refresh_from_db()
        assert (keyword.keyword, keyword.volume) == ("oat bread", 7)
        assert (keyword.site_id, keyword.account_id, keyword.cluster_id) == as_it_was

    @pytest.mark.parametrize("name", ALL)
    def test_ask_the_database_no_more_for_more_rows(self, operator, rows, account, name):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                operator.get(url(rows[name], "changelist"))
            return len(queries)

        asked()
        few = asked()
        for other in type(account).objects.exclude(pk=account.pk)[:3]:
            one_of_each(other)
        assert asked() == few
