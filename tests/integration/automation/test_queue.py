"""How a run gets to a worker."""

import pytest
from django.db import transaction

from igny8_core.business.automation import queue


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_does_not_answer_fails_nobody(monkeypatch):
    def fail(*_args, **_kwargs):
        asked.append(1)
        raise ConnectionError("the broker is down")

    asked = []
    monkeypatch.setattr(queue.current_app, "send_task", fail, raising=False)
    with transaction.atomic():
        queue.enqueue(7)
    assert asked == [1]
