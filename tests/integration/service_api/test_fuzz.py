"""What a customer's program may send, by the schema and against it."""

from itertools import count

import pytest

from igny8_core.api.generator import ServiceSchema
from igny8_core.api.throttles import AccountThrottle
from igny8_core.auth.models import Account, Site
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import ImagePrompt
from tests.integration.fuzzing import aim, ask, ask_once_each, each_request, operations_of
from tests.integration.roles import ROLES, headers_of
from tests.tokens import bearer

from .addresses import ROW_OF
from .clients import user_of
from .routes import model_of, service_routes

ROUTES = {route.template.replace("{pk}", "{id}"): route for route in service_routes()}
IDS = {"keywords": Keyword, "clusters": Cluster, "ideas": ContentIdea, "image_prompts": ImagePrompt}
"""The rows whose ``ids`` an action takes, by the part of its address that names them."""


@pytest.fixture
def headers(tenants, db, monkeypatch):
    """Those of a customer whom nobody holds up, and who has no credits: no action gets as far as a provider."""
    monkeypatch.setattr(AccountThrottle, "THROTTLE_RATES", dict.fromkeys(("reads", "writes", "ai")))
    user = user_of(tenants[0][Account])
    return {"Authorization": bearer(user)}


@pytest.fixture
def rows_of(tenants):
    """Return what names an own row in a request to an address."""
    own, turns = tenants[0], count()

    def named(address):
        # One of three requests names what it was made with.
        if next(turns) % 3 == 0:
            return {}
        model = model_of(ROUTES[address]) if "{id}" in address else Site
        ids = [own[model].pk for part, model in IDS.items() if f"/{part}/" in address]
        return {name: own[model].pk for name, model in ROW_OF.items()} | {"id": own[model].pk, "ids": ids}

    return named


@pytest.mark.parametrize(("operation", "mode"), operations_of(ServiceSchema))
def test_no_request_is_a_fault_of_the_service(operation, mode, headers, rows_of):
    def send(case):
        aim(case, rows_of(operation.path))
        ask(case, headers=headers)

    each_request(operation, mode, send)


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"customer"}))
def test_no_other_role_finds_a_fault(role, tenants, db, monkeypatch):
    monkeypatch.setattr(AccountThrottle, "allow_request", lambda *_: True)
    ask_once_each(operations_of(ServiceSchema), headers=headers_of(role))
