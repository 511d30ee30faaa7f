"""A flip whose connection is lost without a word: a server that ends a session may find nobody who listens."""

import pytest
from django.db import connection

from migration_harness.control import bounded
from migration_harness.exceptions import FlipHeldUp

pytestmark = pytest.mark.django_db(transaction=True)


def lose_it(_watch):
    connection.connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_is_made_again():
    times = []

    def once(watch):
        times.append(watch)
        if len(times) == 1:
            lose_it(watch)
        return "made"

    assert (bounded.within_bounds(once, what="Nothing moved"), len(times)) == ("made", 2)


def test_that_took_too_long_says_what_became_of_it(monkeypatch):
    monkeypatch.setattr(bounded, "_TRY_AGAIN_SECONDS", 0)
    with pytest.raises(FlipHeldUp, match="Nothing moved: not done, after .* Its session was ended"):
        bounded.within_bounds(lose_it, what="Nothing moved")
