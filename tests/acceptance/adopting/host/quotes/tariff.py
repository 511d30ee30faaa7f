"""The printed tariff, in a few lines of its own."""

from datetime import date

from migration_harness.api import Oracle


def _printed(*, grams, **_):
    return (grams + grams) if grams < 1000 else grams


def _last_year(*, grams, **_):
    return grams + grams


tariff = Oracle(
    name="tariff", reason="It was printed.", owner="sales", expires=date(2999, 12, 31), answer=_printed,
    recorded_legacy=_last_year,
)  # fmt: skip
