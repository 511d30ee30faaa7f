"""Nobody sees, changes or uses another account's rows, at any address of the API.

The addresses come from the resolver, their queries from the schema and the rows from the models, so that what is
added is tested too: an address that these tests do not know how to ask fails them until it is entered here.
"""

from collections.abc import Callable
from functools import cache
from json import dumps
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from rest_framework.test import APIClient

from igny8_core.api.generator import ServiceSchema
from igny8_core.auth.models import Account, Site, User
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt, Task

from .clients import API, error_of, user_of, with_token
from .routes import Route, model_of, service_routes
from .rows import Rows, models_of_accounts

ROUTES = {route.template.removeprefix(API): route for route in service_routes()}
FOR_OPERATORS = {"system/provider-keys/"}
"""Addresses that no account has anything to do with; who may use them is tested with what they do."""
ADDRESSES = [(method, path) for path, route in ROUTES.items() for method in route.methods if path not in FOR_OPERATORS]
WITH_ROW = [(method, path) for method, path in ADDRESSES if ROUTES[path].variables]
WITHOUT_ROW = [(method, path) for method, path in ADDRESSES if not ROUTES[path].variables]
READS = [path for method, path in ADDRESSES if method == "GET"]
WRITES = [(method, path) for method, path in WITHOUT_ROW if method != "GET"]

OPEN = {"auth/login/", "auth/logout/", "auth/me/"}
"""Addresses that anybody may ask; they show and change nothing but who is signed in."""

ROW_OF: dict[str, type[Model]] = {
    "site": Site, "cluster": Cluster, "content": Content, "source": Content, "target": Content, "task": Task,
    "prompt": ImagePrompt,
}  # fmt: skip
"""The model of a row that a query names."""

BODIES: dict[tuple[str, str], Callable[[Rows], dict[str, Any]] | None] = {
    ("POST", "accounts/sites/"): None,
    ("POST", "auth/login/"): None,
    ("POST", "auth/logout/"): None,
    ("PATCH", "system/settings/"): None,
    ("POST", "automation/cancel/"): None,
    ("POST", "automation/pause/"): None,
    ("POST", "automation/resume/"): None,
    ("POST", "automation/run_now/"): None,
    ("POST", "automation/update_config/"): None,
    ("PUT", "automation/update_config/"): None,
    ("PATCH", "automation/update_config/"): None,
    ("POST", "planner/keywords/"): lambda rows: {
        "site": rows[Site].pk, "keyword": "rye bread", "cluster": rows[Cluster].pk,
    },
    ("POST", "planner/keywords/cluster/"): lambda rows: {"ids": [rows[Keyword].pk]},
    ("POST", "planner/keywords/import/"): lambda rows: {
        "site": rows[Site].pk, "file": SimpleUploadedFile("keywords.csv", b"keyword\nrye bread\n"),
    },
    ("POST", "planner/clusters/"): lambda rows: {"site": rows[Site].pk, "name": "Bread"},
    ("POST", "planner/clusters/generate_ideas/"): lambda rows: {"ids": [rows[Cluster].pk]},
    ("POST", "planner/ideas/"): lambda rows: {"cluster": rows[Cluster].pk, "title": "How to bake"},
    ("POST", "planner/ideas/queue/"): lambda rows: {"ids": [rows[ContentIdea].pk]},
    ("POST", "writer/tasks/"): lambda rows: {"site": rows[Site].pk, "title": "Bake", "cluster": rows[Cluster].pk},
    ("POST", "writer/contents/"): lambda rows: {"site": rows[Site].pk, "title": "Bake", "html": "<p>Bake.</p>"},
    ("POST", "writer/image_prompts/generate_images/"): lambda rows: {"ids": [rows[ImagePrompt].pk]},
}  # fmt: skip
"""What a write without a row in its address sends: a body that names rows, or None where none can be named."""


@pytest.fixture
def own(tenants, db) -> Rows:
    return tenants[0]


@pytest.fixture
def others(tenants, db) -> Rows:
    return tenants[1]


@pytest.fixture
def customer(own):
    """A program with the token of a user of the first account."""
    return with_token(user_of(own[Account]))


def ask(client, method, path, *, rows: Rows, query: Rows | None = None, body=None, only=None):
    """Ask for the row of a tenant; the query names those rows too, or with ``query`` another tenant's."""
    route = ROUTES[path]
    url = route.path(**{name: rows[model_of(route)].pk for name in route.variables})
    named = {name: (query or rows)[ROW_OF[name]].pk for name in ([only] if only else needed(method, route))}
    url = f"{url}?{urlencode(named)}"
    if any(isinstance(value, SimpleUploadedFile) for value in (body or {}).values()):
        return client.post(url, body, format="multipart")
    return client.generic(method, url, dumps(body or {}), content_type="application/json")


@cache
def described() -> dict[str, Any]:
    return ServiceSchema().get_schema(request=None, public=True)["paths"]


def ids_in_query(method: str, route: Route) -> list[dict[str, Any]]:
    """Return what may stand in the query of an address and names a row."""
    numbers = [each for each in parameters_of(method, route).values() if each["schema"].get("type") == "integer"]
    return [each for each in numbers if each["name"] not in {"page", "page_size"}]


def parameters_of(method: str, route: Route) -> dict[str, dict[str, Any]]:
    operation = described().get(route.template.replace("{pk}", "{id}"), {}).get(method.lower(), {})
    return {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}


def needed(method: str, route: Route) -> list[str]:
    return [each["name"] for each in ids_in_query(method, route) if each.get("required")]


NAMED_IN_QUERY = [
    (method, path, each["name"]) for method, path in ADDRESSES for each in ids_in_query(method, ROUTES[path])
]


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in models_of_accounts()}


LISTS = [path for path in READS if "page" in parameters_of("GET", ROUTES[path])]


class TestAddressWithARow:
    @pytest.mark.parametrize(("method", "path"), WITH_ROW)
    def test_is_not_found_by_another_tenant(self, customer, own, others, method, path):
        before = counts()
        response = ask(customer, method, path, rows=others)
        assert (response.status_code, error_of(response)["code"]) == (404, "not_found")
        assert counts() == before

    @pytest.mark.parametrize(("method", "path"), WITH_ROW)
    def test_is_found_by_its_own(self, customer, own, method, path):
        response = ask(customer, method, path, rows=own)
        assert response.status_code in {200, 204, 400, 402, 409, 422}, response.content


class TestAddress:
    @pytest.mark.parametrize(("method", "path"), [each for each in ADDRESSES if each[1] not in OPEN])
    def test_is_refused_to_the_anonymous_and_to_operators(self, own, method, path):
        operator = with_token(User.objects.create_user("ada", is_staff=True))
        assert [ask(each, method, path, rows=own).status_code for each in (APIClient(), operator)] == [401, 403]

    @pytest.mark.parametrize("path", READS)
    def test_shows_what_is_its_own_and_nothing_of_another_tenant(self, customer, own, others, path):
        response = ask(customer, "GET", path, rows=own)
        assert response.status_code == 200
        assert others[Account].name.encode() not in b"".join(response)
        if path in LISTS:
            assert own[model_of(ROUTES[path])].pk in {row["id"] for row in response.json()["results"]}


class TestQuery:
    @pytest.mark.parametrize(("method", "path", "name"), NAMED_IN_QUERY)
    def test_that_names_the_row_of_another_tenant_names_nothing(self, customer, own, others, method, path, name):
        assert name in ROW_OF, f"Say in ROW_OF which model {name} is of."
        before = counts()
        response = ask(customer, method, path, rows=own, query=others, only=name)
        nothing = response.status_code == 404 or (method == "GET" and response.json()["results"] == [])
        assert nothing, response.content
        assert counts() == before


class TestWrite:
    """Of those without a row in their address: they name rows in their body, or none."""

    @pytest.mark.parametrize(("method", "path"), WRITES)
    def test_is_known_here(self, method, path):
        assert (method, path) in BODIES, f"Say in BODIES what {method} {path} sends."

    @pytest.mark.parametrize(("method", "path"), [write for write in WRITES if BODIES.get(write)])
    def test_does_nothing_with_the_rows_of_another_tenant(self, customer, own, others, method, path):
        mine, theirs = BODIES[method, path](own), BODIES[method, path](others)
        before = counts()
        for name in mine:
            if isinstance(theirs[name], int | list):
                response = ask(customer, method, path, rows=own, body={**mine, name: theirs[name]})
                assert (name, response.status_code) in {(name, 400), (name, 404)}, response.content
        assert counts() == before

    @pytest.mark.parametrize(("method", "path"), [write for write in WRITES if BODIES.get(write)])
    def test_takes_the_rows_of_its_own(self, customer, own, method, path):
        response = ask(customer, method, path, rows=own, body=BODIES[method, path](own))
        assert response.status_code in {200, 201, 202, 402, 422}, response.content
