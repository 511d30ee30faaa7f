"""What a parcel costs, in cents: as it was, and as it is to be."""

from migration_harness.api import Seam


def by_weight(*, customer, grams):
    return grams * 2


def with_a_rebate(*, customer, grams):
    return grams * 2 if grams < 1000 else grams


quote = Seam(
    name="quotes.parcel",
    flag="rebates",
    control=by_weight,
    candidate=with_a_rebate,
    subject=lambda *, customer, **_: customer,
)
