"""Nobody sees, changes or pays with another account's rows: every address of planner, writer, linker, optimizer."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from igny8_core.ai.ai_core import AICore
from igny8_core.api.urls import router
from igny8_core.auth.models import Account, User

from .content_parts import (
    API,
    Operations,
    client_of,
    cluster_of,
    content_of,
    everything_stored,
    idea_of,
    image_of,
    keyword_of,
    link_of,
    one_of_each,
    optimization_of,
    prompt_of,
    site_of,
    task_of,
)

PARTS = ("planner/", "writer/", "linker/", "optimizer/")
BASENAMES = sorted((base for prefix, _, base in router.registry if prefix.startswith(PARTS)), key=len, reverse=True)
ROUTES = {url.name: url for url in router.urls if url.name.startswith(tuple(BASENAMES))}
CALLS = [
    (name, method)
    for name, url in ROUTES.items()
    for method in url.callback.actions
    if method in url.callback.cls.http_method_names
]
DETAILS = [(name, method) for name, method in CALLS if "pk" in ROUTES[name].pattern.regex.groupindex]
LISTS = [name for name, method in CALLS if name.endswith("-list") and method == "get"]
IDS = {
    "keyword-cluster": "keyword",
    "cluster-generate-ideas": "cluster",
    "idea-queue": "idea",
    "image-prompt-generate-images": "image-prompt",
}
BODIES = {
    "keyword-list": {"keyword": "oat"},
    "cluster-list": {"name": "Oat"},
    "idea-list": {"title": "Oat"},
    "task-list": {"title": "Oat"},
    "content-list": {"title": "Oat", "html": "<p>Oat.</p>"},
}
FOREIGN = [
    ("keyword-list", "site"), ("keyword-list", "cluster"), ("cluster-list", "site"), ("idea-list", "cluster"),
    ("task-list", "site"), ("task-list", "cluster"), ("content-list", "site"),
]  # fmt: skip
NOBODYS = 987_654_321


def base_of(name):
    return next(base for base in BASENAMES if name.startswith(f"{base}-"))


def url_of(name, pk):
    return reverse(name, args=[pk] if "pk" in ROUTES[name].pattern.regex.groupindex else [])


def send(client, method, url, body=None):
    return getattr(client, method)(url, body if body is not None else {}, format="json")


def answer_of(response):
    """What is answered, without what differs from request to request."""
    return response.status_code, {k: v for k, v in response.json().items() if k != "request_id"}


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def operations(monkeypatch):
    """No provider is asked here, and nobody may even try for another account."""
    fake = Operations.instead(monkeypatch)
    monkeypatch.setattr(AICore, "complete", lambda **_: pytest.fail("a provider was asked"))
    return fake


@pytest.fixture
def owner(account):
    return account


@pytest.fixture
def stranger(owner):
    return Account.objects.exclude(pk=owner.pk).order_by("pk").first()


@pytest.fixture
def owned(owner):
    return one_of_each(owner)


class TestTheseTests:
    def test_know_every_address(self):
        assert {base_of(name) for name in ROUTES} == set(BASENAMES)
        assert len(BASENAMES) == 11
        assert len(DETAILS) >= 25

    def test_know_every_list_of_ids(self):
        takes_ids = {name for name, method in CALLS if method == "post" and not name.endswith("-list")}
        assert takes_ids - {name for name, _ in DETAILS} == set(IDS) | {"keyword-import-file"}


class TestAnotherAccount:
    @pytest.mark.parametrize(("name", "method"), DETAILS)
    def test_finds_no_row_and_changes_none(self, owned, stranger, operations, name, method):
        client, pk = client_of(stranger), owned[base_of(name)].pk
        before = everything_stored()
        response = send(client, method, url_of(name, pk))
        assert response.status_code == 404
        # Nothing tells the row of another account from one that does not exist.
        assert answer_of(response) == answer_of(send(client, method, url_of(name, NOBODYS)))
        assert everything_stored() == before
        assert operations.calls == []

    @pytest.mark.parametrize("name", IDS)
    def test_names_no_row_in_a_list_of_ids(self, owned, stranger, operations, name):
        client = client_of(stranger)
        pk, mine = owned[IDS[name]].pk, one_of_each(stranger)[IDS[name]].pk
        before = everything_stored()
        told = []
        for foreign in (pk, NOBODYS):
            response = send(client, "post", url_of(name, None), {"ids": [mine, foreign]})
            assert (response.status_code, list(response.json()["error"]["fields"])) == (400, ["ids"])
            told.append(response.json()["message"].replace(str(foreign), "N"))
        assert told[0] == told[1]
        assert everything_stored() == before
        assert operations.calls == []

    @pytest.mark.parametrize(("name", "field"), FOREIGN)
    def test_refers_to_no_row_in_a_body(self, owned, stranger, name, field):
        client, mine = client_of(stranger), one_of_each(stranger)
        own = {"site": site_of(stranger).pk, "cluster": mine["cluster"].pk}
        foreign = {"site": owned["keyword"].site_id, "cluster": owned["cluster"].pk}[field]
        before, url = everything_stored(), url_of(name, None)
        told = []
        for pk in (foreign, NOBODYS):
            response = send(client, "post", url, {**own, **BODIES[name], field: pk})
            assert (response.status_code, list(response.json()["error"]["fields"])) == (400, [field])
            told.append(response.json()["message"].replace(str(pk), "N"))
            changed = send(client, "patch", f"{url}{mine[base_of(name)].pk}/", {field: pk})
            assert (changed.status_code, list(changed.json()["error"]["fields"])) == (400, [field])
        assert told[0] == told[1]
        assert everything_stored() == before

    def test_imports_into_no_site(self, owned, stranger):
        body = {"site": owned["keyword"].site_id, "file": SimpleUploadedFile("k.csv", b"keyword\nrye\n")}
        client, before = client_of(stranger), everything_stored()
        response = client.post(f"{API}planner/keywords/import/", body, format="multipart")
        assert (response.status_code, list(response.json()["error"]["fields"])) == (400, ["site"])
        assert everything_stored() == before

    @pytest.mark.parametrize("name", LISTS)
    def test_lists_its_own_rows_alone(self, owned, stranger, name):
        client, url = client_of(stranger), url_of(name, None)
        assert client.get(url).json()["count"] == 0
        own = one_of_each(stranger)[base_of(name)]
        assert own.pk in [row["id"] for row in client.get(url).json()["results"]]
        assert owned[base_of(name)].pk not in [row["id"] for row in client.get(url).json()["results"]]
        assert client.get(f"{url}?site={owned['keyword'].site_id}").json()["count"] == 0


class TestTheOwner:
    @pytest.mark.parametrize(("name", "method"), [each for each in DETAILS if each[1] == "get"])
    def test_reads_every_row(self, owner, owned, name, method):
        assert client_of(owner).get(url_of(name, owned[base_of(name)].pk)).status_code == 200

    @pytest.mark.parametrize("name", IDS)
    def test_names_rows_in_a_list_of_ids(self, owner, owned, name):
        body = {"ids": [owned[IDS[name]].pk]}
        assert send(client_of(owner), "post", url_of(name, None), body).status_code == 200


class TestOutsiders:
    @pytest.mark.parametrize("base", BASENAMES)
    def test_are_refused(self, owned, base):
        operator = APIClient()
        operator.force_login(User.objects.create_superuser("operator"))
        before = everything_stored()
        for name, method in CALLS:
            if base_of(name) == base:
                url = url_of(name, owned[base].pk)
                statuses = [send(client, method, url).status_code for client in (APIClient(), operator)]
                assert (name, method, statuses) == (name, method, [401, 403])
        assert everything_stored() == before


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
    def test_ask_the_database_no_more_for_more_rows(self, owner, name):
        client, counts = client_of(owner), []
        self.add(owner, 0)
        client.get(url_of(name, None))
        for numbers in ([1], range(2, 7)):
            for number in numbers:
                self.add(owner, number)
            with CaptureQueriesContext(connection) as queries:
                assert len(client.get(url_of(name, None)).json()["results"]) > len(numbers)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 8

    @pytest.mark.parametrize("name", LISTS)
    def test_come_in_pages(self, owner, name):
        for number in range(3):
            self.add(owner, number)
        client = client_of(owner)
        first = client.get(f"{url_of(name, None)}?page_size=2").json()
        assert (len(first["results"]), first["previous"]) == (2, None)
        seen = [row["id"] for row in first["results"]]
        while first["next"]:
            first = client.get(re.sub("^http://testserver", "", first["next"])).json()
            seen += [row["id"] for row in first["results"]]
        assert (seen, len(seen)) == (sorted(set(seen)), first["count"])
