"""A fault in the candidate of the credits' seam: half the tokens for a credit. A plugin of pytest, ``-p``."""

from dataclasses import replace


def plant(setattr_=setattr):
    from igny8_core.business.billing import pricing

    rates = pricing.current_rates

    def halved():
        return {name: halve(rate) for name, rate in rates().items()}

    def halve(rate):
        tokens = rate.tokens_per_credit
        return rate if tokens is None else replace(rate, tokens_per_credit=tokens // 2)

    setattr_(pricing, "current_rates", halved)


def pytest_collection_finish(session):
    plant()
