"""The lists of planner, writer, linker and optimizer: in pages, and no dearer for more rows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from igny8_core.api.urls import router

from ..content_parts import (
    client_of,
    cluster_of,
    content_of,
    idea_of,
    image_of,
    keyword_of,
    link_of,
    optimization_of,
    prompt_of,
    site_of,
    task_of,
)

PARTS = ("planner/", "writer/", "linker/", "optimizer/")
NAMES = {f"{base}-list" for prefix, _, base in router.registry if prefix.startswith(PARTS)}
LISTS = [name for name in dict.fromkeys(url.name for url in router.urls) if name in NAMES]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


class TestLists:
    @staticmethod
    def add(account, number):
        site = site_of(account)
        cluster = cluster_of(site, f"Cluster {number}")
        keyword_of(site, f"keyword {number}", cluster=cluster)
        idea_of(cluster)
        content = content_of(site, task=task_of(site))
        image_of(prompt_of(content))
        link_of(content, content_of(site))
        optimization_of(content)

    @pytest.mark.parametrize("name", LISTS)
    def test_ask_the_database_no_more_for_more_rows(self, account, name):
        client, counts = client_of(account), []
        self.add(account, 0)
        client.get(reverse(name))
        for numbers in ([1], range(2, 7)):
            for number in numbers:
                self.add(account, number)
            with CaptureQueriesContext(connection) as queries:
                assert len(client.get(reverse(name)).json()["results"]) > len(numbers)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 8

    @pytest.mark.parametrize("name", LISTS)
    def test_come_in_pages(self, account, name):
        for number in range(3):
            self.add(account, number)
        client = client_of(account)
        first = client.get(f"{reverse(name)}?page_size=2").json()
        assert (len(first["results"]), first["previous"]) == (2, None)
        seen = [row["id"] for row in first["results"]]
        while first["next"]:
            first = client.get(re.sub("^http://testserver", "", first["next"])).json()
            seen += [row["id"] for row in first["results"]]
        assert (seen, len(seen)) == (sorted(set(seen)), first["count"])
