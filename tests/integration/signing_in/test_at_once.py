"""Guesses that come at the same time: no more pass than in a row."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from igny8_core.auth.signing_in import gate

AT_ONCE = 12


@pytest.mark.django_db(transaction=True)
class TestGuessesAtOnce:
    def test_are_as_many_as_in_a_row(self):
        start = Barrier(AT_ONCE)

        def guess(_):
            try:
                start.wait()
                gate.enter(name="ada", address="198.51.100.1", device="", now=timezone.now())
            except gate.TooManyAttempts:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(AT_ONCE) as threads:
            passed = sum(threads.map(guess, range(AT_ONCE)))
        assert passed <= gate.BY_PAIR.most
