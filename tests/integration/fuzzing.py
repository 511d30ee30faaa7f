"""Requests made of an API's own schema, right ones and wrong ones: none may be a fault of the service.

The examples are the same in every run. ``SOAK=1`` makes many more of them.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

_service = get_wsgi_application()

EXAMPLES = 60 if os.environ.get("SOAK") else 3
"""Of either kind, right and wrong, for each operation of a schema."""

PROMISES = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]

_the_same_every_time = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    # An example that fails is told as it is: to make it smaller takes longer than to read it.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _within_the_test(environ, start_response):
    """Call the service on the test's own connection, as Django's test client does: a request closes it else."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return list(_service(environ, start_response))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def operations_of(generator):
    """Return the operations of the schema that a generator makes, each with requests of either kind.

    A parameter each, with an id of its own: Schemathesis gives all of them the same one, and then tests that run
    side by side would run one of them.
    """
    described = generator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(described)
    schema.app = _within_the_test
    return [
        pytest.param(operation, mode, id=f"{mode.value}-{operation.label}")
        for operation in (result.ok() for result in schema.get_all_operations())
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or _can_be_wrong(described["paths"][operation.path][operation.method])
    ]


def _can_be_wrong(operation):
    """Tell whether a request can break the schema: a part of the address that is any text cannot."""
    parameters = operation.get("parameters", [])
    return "requestBody" in operation or any(
        each["in"] == "query" or each["schema"]["type"] != "string" for each in parameters
    )


def each_request(operation, mode, send, *, examples=EXAMPLES):
    """Send many requests to an operation."""

    @settings(_the_same_every_time, max_examples=examples)
    @given(case=operation.as_strategy(generation_mode=mode))
    def requests(case):
        send(case)

    requests()


def aim(case, rows):
    """Let a request name rows that exist: by chance alone, none would get as far as a row."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: rows[name] for name in part.keys() & rows.keys()})


def ask(case, *, headers):
    """Send a request and hold the answer to what the schema says; what it changes is taken back."""
    with transaction.atomic():
        response = case.call(headers=headers)
        transaction.set_rollback(True)
    case.validate_response(response, checks=PROMISES)


def ask_once_each(operations, *, headers):
    """Send a right request, which gets furthest, to each operation."""
    for parameter in operations:
        operation, mode = parameter.values
        if mode is not GenerationMode.NEGATIVE:
            each_request(operation, mode, lambda case: ask(case, headers=headers), examples=1)
