"""What an operator's program may send, by the schema and against it."""

from itertools import count

import pytest

from dashboards.api.schema import OperatorSchema
from dashboards.api.throttles import ReadThrottle, WriteThrottle
from igny8_core.auth.models import Account
from tests.integration.fuzzing import aim, ask, ask_once_each, each_request, operations_of
from tests.integration.roles import ROLES, headers_of
from tests.people import trusted
from tests.tokens import bearer
from tests.trial_flag import FLAG

from .clients import NUMBER


@pytest.fixture
def headers(demo, monkeypatch):
    """Those of an operator whom nobody holds up."""
    for throttle in (ReadThrottle, WriteThrottle):
        monkeypatch.setattr(throttle, "THROTTLE_RATES", {"operator_reads": None, "operator_writes": None})
    return {"Authorization": bearer(trusted("ada"))}


@pytest.fixture
def names(signature):
    """Return what names a row that exists, in two of three requests."""
    turns = count()
    existing = {
        "name": FLAG,
        "signature": signature,
        "flag": FLAG,
        "number": NUMBER,
        "account": str(Account.objects.first().pk),
    }
    return lambda: existing if next(turns) % 3 else {}


@pytest.mark.parametrize(("operation", "mode"), operations_of(OperatorSchema))
def test_no_request_is_a_fault_of_the_service(operation, mode, headers, names):
    def send(case):
        aim(case, names())
        ask(case, headers=headers)

    each_request(operation, mode, send)


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"staff"}))
def test_no_other_role_finds_a_fault(role, demo, monkeypatch):
    for throttle in (ReadThrottle, WriteThrottle):
        monkeypatch.setattr(throttle, "allow_request", lambda *_: True)
    ask_once_each(operations_of(OperatorSchema), headers=headers_of(role))
