"""Nobody sees, changes or uses another account's rows, at any address of the API."""

import pytest
from rest_framework.test import APIClient

from igny8_core.ai.ai_core import AICore
from igny8_core.auth.models import Account, User

from ..content_parts import Operations
from .addresses import (
    ADDRESSES,
    BODIES,
    LISTS,
    NAMED_IN_BODY,
    NAMED_IN_QUERY,
    NOBODYS,
    OPEN,
    READS,
    ROUTES,
    ROW_OF,
    WITH_ROW,
    WRITES,
    ask,
    needed,
)
from .clients import error_of, user_of, with_session, with_token
from .routes import model_of
from .rows import Rows, tenant
from .stored import stored

PARTS = ("planner/", "writer/", "linker/", "optimizer/")
WITH_IDS = [(method, path) for method, path, name in NAMED_IN_BODY if name == "ids"]


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


@pytest.fixture
def operations(monkeypatch):
    """No provider is asked here, and nobody may even try for another account."""
    fake = Operations.instead(monkeypatch)
    monkeypatch.setattr(AICore, "complete", lambda **_: pytest.fail("a provider was asked"))
    return fake


def answer_of(response):
    """What is answered, without what differs from request to request."""
    return response.status_code, {k: v for k, v in response.json().items() if k != "request_id"}


class TestTheseTests:
    def test_know_every_address(self):
        assert len({path.split("{pk}")[0] for _, path in WITH_ROW if path.startswith(PARTS)}) == 11
        assert len([path for _, path in WITH_ROW if path.startswith(PARTS)]) >= 25

    def test_know_every_list_of_ids(self):
        actions = {path for _, path in WRITES if path.startswith(PARTS) and path.count("/") == 3}
        assert actions == {path for _, path in WITH_IDS} | {"planner/keywords/import/"}


class TestAddressWithARow:
    @pytest.mark.parametrize(("method", "path"), WITH_ROW)
    def test_is_not_found_by_another_tenant(self, customer, own, others, operations, method, path):
        before = stored()
        response = ask(customer, method, path, rows=others)
        assert (response.status_code, error_of(response)["code"]) == (404, "not_found")
        # Nothing tells the row of another account from one that does not exist.
        assert answer_of(response) == answer_of(ask(customer, method, path, rows=NOBODYS))
        assert stored() == before
        assert operations.calls == []

    @pytest.mark.parametrize(("method", "path"), WITH_ROW)
    def test_is_found_by_its_own(self, customer, own, method, path):
        response = ask(customer, method, path, rows=own)
        assert response.status_code in {200, 204, 400, 402, 409, 422}, response.content


class TestAddress:
    @pytest.mark.parametrize(("method", "path"), [each for each in ADDRESSES if each[1] not in OPEN])
    def test_is_refused_to_the_anonymous_and_to_operators(self, own, method, path):
        program = with_token(User.objects.create_user("ada", is_staff=True))
        browser = with_session(User.objects.create_superuser("bob"))
        before = stored()
        statuses = [ask(each, method, path, rows=own).status_code for each in (APIClient(), program, browser)]
        assert statuses == [401, 403, 403]
        assert stored() == before

    @pytest.mark.parametrize("path", READS)
    def test_shows_what_is_its_own_and_nothing_of_another_tenant(self, customer, own, others, path):
        response = ask(customer, "GET", path, rows=own)
        assert response.status_code == 200
        assert others[Account].name.encode() not in b"".join(response)
        if path in LISTS:
            assert own[model_of(ROUTES[path])].pk in {row["id"] for row in response.json()["results"]}


class TestList:
    @pytest.mark.parametrize("path", [path for path in LISTS if not needed("GET", ROUTES[path])])
    def test_has_the_rows_of_its_own_alone(self, customer, own, others, path):
        newcomer = with_token(user_of(tenant("Cedar Clinic"), "newcomer"))
        assert ask(newcomer, "GET", path, rows={}).json()["count"] == 0
        found = {row["id"] for row in ask(customer, "GET", path, rows=own).json()["results"]}
        model = model_of(ROUTES[path])
        assert own[model].pk in found
        assert others[model].pk not in found


class TestQuery:
    @pytest.mark.parametrize(("method", "path", "name"), NAMED_IN_QUERY)
    def test_that_names_the_row_of_another_tenant_names_nothing(self, customer, own, others, method, path, name):
        assert name in ROW_OF, f"Say in ROW_OF which model {name} is of."
        before = stored()
        response = ask(customer, method, path, rows=own, query=others, only=name)
        if response.status_code != 404:
            assert (method, response.json()["count"], response.json()["results"]) == ("GET", 0, []), response.content
        assert stored() == before


class TestWrite:
    """Of those without a row in their address: they name rows in their body, or none."""

    @pytest.mark.parametrize(("method", "path"), WRITES)
    def test_is_known_here(self, method, path):
        assert (method, path) in BODIES, f"Say in BODIES what {method} {path} sends."

    @pytest.mark.parametrize(("method", "path", "name"), NAMED_IN_BODY)
    def test_does_nothing_with_the_rows_of_another_tenant(self, customer, own, others, operations, method, path, name):
        before = stored()
        told = [self.refusal(customer, method, path, name, own, rows) for rows in (others, NOBODYS)]
        assert told[0] == told[1]
        assert stored() == before
        assert operations.calls == []

    def refusal(self, customer, method, path, name, own, foreign):
        """Name foreign rows alone, and among own ones; returns what is said of both, without the foreign number."""
        mine, theirs = (BODIES[method, path](rows)[name] for rows in (own, foreign))
        told = []
        for value in (theirs, [*mine, *theirs]) if name == "ids" else (theirs,):
            response = ask(customer, method, path, rows=own, body=BODIES[method, path](own) | {name: value})
            assert (response.status_code, list(error_of(response)["fields"])) == (400, [name]), response.content
            told.append(response.json()["message"].replace(str(theirs).strip("[]"), "N"))
        return told

    @pytest.mark.parametrize(("method", "path"), [write for write in WRITES if BODIES.get(write)])
    def test_takes_the_rows_of_its_own(self, customer, own, method, path):
        response = ask(customer, method, path, rows=own, body=BODIES[method, path](own))
        assert response.status_code in {200, 201, 202, 402, 422}, response.content

    @pytest.mark.parametrize(("method", "path"), WITH_IDS)
    def test_takes_a_list_of_ids_of_its_own(self, customer, own, operations, method, path):
        assert ask(customer, method, path, rows=own, body=BODIES[method, path](own)).status_code == 200


class TestChange:
    @pytest.mark.parametrize(
        ("path", "name"),
        [(f"{path}{{pk}}/", name) for _, path, name in NAMED_IN_BODY if ("PATCH", f"{path}{{pk}}/") in WITH_ROW],
    )
    def test_refers_to_no_row_of_another_tenant(self, customer, own, others, path, name):
        before = stored()
        for rows in (others, NOBODYS):
            response = ask(customer, "PATCH", path, rows=own, body={name: rows[ROW_OF[name]].pk})
            assert (response.status_code, list(error_of(response)["fields"])) == (400, [name]), response.content
        assert stored() == before
