"""Nobody sees, changes or uses another account's rows, at any address of the API.

The addresses come from the resolver and the rows from the models, so that what is added is tested too: an address
that these tests do not know how to ask fails them until it is entered here.
"""

from collections.abc import Callable
from json import dumps
from typing import Any

import pytest
from django.db.models import Model
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User

from .clients import error_of, user_of, with_token
from .routes import Route, service_routes
from .rows import Rows, models_of_accounts, one_of_each, tenant

ROUTES = {route.template.removeprefix("/api/v1/"): route for route in service_routes()}
DETAIL = [path for path, route in ROUTES.items() if route.variables]
WITHOUT_ROW = [path for path, route in ROUTES.items() if not route.variables]
WRITES = [(method, path) for path in WITHOUT_ROW for method in ROUTES[path].methods if method != "GET"]

NAMED: dict[str, type[Model]] = {}
"""The model of a row that an address names by anything but ``pk``."""

BODIES: dict[tuple[str, str], Callable[[Rows], dict[str, Any]] | None] = {
    ("POST", "accounts/sites/"): None,
}
"""What a write without a row in its address sends: a body that names rows, or None where none can be named."""

OPEN: set[str] = set()
"""Addresses that anybody may ask."""


@pytest.fixture
def own(db) -> Rows:
    return one_of_each(tenant("Amber Bakery"))


@pytest.fixture
def others(db) -> Rows:
    return one_of_each(tenant("Blue Harbour"))


@pytest.fixture
def customer(own):
    """A program with the token of a user of the first account."""
    return with_token(user_of(own[Account]))


def path_to(route: Route, rows: Rows) -> str:
    """Return the address of a tenant's row."""
    model = {name: NAMED[name] if name in NAMED else _model_of(route) for name in route.variables}
    return route.path(**{name: rows[model[name]].pk for name in route.variables})


def _model_of(route: Route) -> type[Model]:
    queryset = getattr(route.view, "queryset", None)
    assert queryset is not None, f"Say in NAMED which model {route.template} is of."
    return queryset.model


def ask(client, method, path, body=None):
    return client.generic(method, path, dumps(body or {}), "application/json")


class TestEveryAddressWithARow:
    @pytest.mark.parametrize("path", DETAIL)
    def test_is_not_found_by_another_tenant(self, customer, own, others, path):
        route = ROUTES[path]
        for method in route.methods:
            response = ask(customer, method, path_to(route, others))
            assert (method, response.status_code, error_of(response)["code"]) == (method, 404, "not_found")

    @pytest.mark.parametrize("path", DETAIL)
    def test_is_found_by_its_own(self, customer, own, path):
        route = ROUTES[path]
        # The row goes last.
        for method in sorted(route.methods, key=lambda method: method == "DELETE"):
            response = ask(customer, method, path_to(route, own))
            assert response.status_code not in {401, 403, 404, 405, 500}, (method, response.content)

    @pytest.mark.parametrize("path", DETAIL)
    def test_shows_nothing_of_another_tenant(self, customer, own, others, path):
        if "GET" in ROUTES[path].methods:
            assert_shows_nothing_of(others, ask(customer, "GET", path_to(ROUTES[path], own)))


class TestEveryAddress:
    @pytest.mark.parametrize("path", [path for path in ROUTES if path not in OPEN])
    def test_is_refused_to_the_anonymous_and_to_operators(self, own, path):
        route = ROUTES[path]
        operator = with_token(User.objects.create_user("ada", is_staff=True))
        for client, status in ((APIClient(), 401), (operator, 403)):
            for method in route.methods:
                assert (method, ask(client, method, path_to(route, own)).status_code) == (method, status)

    @pytest.mark.parametrize("path", WITHOUT_ROW)
    def test_shows_nothing_of_another_tenant(self, customer, own, others, path):
        route = ROUTES[path]
        if "GET" in route.methods:
            response = ask(customer, "GET", route.path())
            assert response.status_code == 200
            assert_shows_nothing_of(others, response)
            if getattr(route.view, "queryset", None) is not None and "results" in response.json():
                assert own[_model_of(route)].pk in {row["id"] for row in response.json()["results"]}


class TestEveryWrite:
    """Of those without a row in their address: they name rows in their body, or none."""

    @pytest.mark.parametrize(("method", "path"), WRITES)
    def test_is_known_here(self, method, path):
        assert (method, path) in BODIES, f"Say in BODIES what {method} {path} sends."

    @pytest.mark.parametrize(("method", "path"), [write for write in WRITES if BODIES.get(write)])
    def test_does_nothing_with_the_rows_of_another_tenant(self, customer, own, others, method, path):
        body = BODIES[method, path]
        before = counts()
        for rows in mixtures(body(own), body(others)):
            response = ask(customer, method, ROUTES[path].path(), rows)
            assert response.status_code in {400, 404}, (rows, response.content)
        assert counts() == before

    @pytest.mark.parametrize(("method", "path"), [write for write in WRITES if BODIES.get(write)])
    def test_takes_the_rows_of_its_own(self, customer, own, method, path):
        response = ask(customer, method, ROUTES[path].path(), BODIES[method, path](own))
        assert response.status_code in {200, 201, 202, 402, 409}, response.content


def mixtures(own: dict[str, Any], others: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the bodies that differ from that of an own row in one name of another tenant's row."""
    return [{**own, name: others[name]} for name in own if others[name] != own[name]]


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in models_of_accounts()}


def assert_shows_nothing_of(others: Rows, response) -> None:
    """Look for the name of the other account, which every text of its rows has."""
    assert others[Account].name.encode() not in response.content
