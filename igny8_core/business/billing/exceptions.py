"""Errors of billing.

BillingError
├── InsufficientCreditsError   the account has too few credits
├── CreditCalculationError     the price cannot be computed
│   ├── UnknownModel           no active, priced row for the model
│   └── NoUsage                the provider reported no tokens
└── OperationConflict          an operation id was used again for something else
"""


class BillingError(Exception):
    """Root of the errors of billing."""


class InsufficientCreditsError(BillingError):
    """The account has too few credits."""


class CreditCalculationError(BillingError):
    """The price cannot be computed: an unknown operation, model or usage."""


class UnknownModel(CreditCalculationError):
    """The model has no active row with a price."""


class NoUsage(CreditCalculationError):
    """The provider reported no tokens: an error, never a free call."""


class OperationConflict(BillingError):
    """An operation id was used again for something else."""
