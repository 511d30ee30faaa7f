"""The demo, a provider over real HTTP, and what the plan's phases come to with nobody going back: seen once."""

import pytest
from django.db import connection, transaction

from igny8_core.ai.sandbox import sandbox
from igny8_core.api.throttles import AccountThrottle
from igny8_core.business.billing import remembered
from migration_harness import testing

from .going import Going

_SEQUENCES = """
SELECT setval(format('%I', sequencename), 1000000) FROM pg_sequences
WHERE schemaname = 'public' AND sequencename !~ '^(migration_harness|django)_'
"""


@pytest.fixture(scope="module")
def kept():
    """What the twins have come to, by the last phase that is applied to them."""
    return {}


@pytest.fixture
def going(demo, harness, settings, tmp_path, monkeypatch):
    """Go from the demo through something, and be back at the demo."""
    # A walk and its twin are one test, and more work than a customer may ask for in a minute.
    monkeypatch.setattr(AccountThrottle, "allow_request", lambda *_: True)
    settings.MEDIA_ROOT = tmp_path / "media"

    def go(walk):
        testing.forget()
        remembered.forget()
        block = transaction.atomic()
        # As that of a test itself: no transaction of the service, which asks no provider inside one.
        block._from_testcase = True
        with block:
            _number_alike()
            found = walk(Going(harness=harness, file=tmp_path / "lost"))
            transaction.set_rollback(True)
        return found

    with sandbox() as server:
        settings.IGNY8_SANDBOX_URL = server.url
        yield go


def _number_alike():
    """Have every walk give its rows the same numbers: prompts name some, and cost by their length."""
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)


@pytest.fixture
def twin(going, kept):
    """Return what somebody has come to who has applied the phases up to one, and never went back."""

    def of(phase):
        if phase not in kept:
            kept[phase] = going(lambda walk: walk.without_going_back(phase))
        return kept[phase]

    return of
