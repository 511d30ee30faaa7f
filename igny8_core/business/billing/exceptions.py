"""Errors of billing.

BillingError
├── InsufficientCreditsError   the account has too few credits
├── CreditCalculationError     the price cannot be computed
│   ├── UnknownModel           no active, priced row for the model
│   └── NoUsage                the provider reported no tokens
├── OperationConflict          an operation id was used again for something else
└── ProviderKeyError           a provider's key cannot be saved
    ├── KeyRefused             what was entered is no key
    ├── AddressRefused         a provider may not have this address
    ├── UnknownProvider        there is no provider with this id
    └── TwoOpenAIKeys          text and images have different keys, the new side has one
"""

from migration_harness.api import HarnessError


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


class ProviderKeyError(BillingError):
    """A provider's key cannot be saved. No message quotes a key."""


class KeyRefused(ProviderKeyError):
    """What was entered is no key."""


class AddressRefused(ProviderKeyError):
    """A provider may not have this address: no key may be sent there."""


class UnknownProvider(ProviderKeyError):
    """There is no provider with this id."""


class TwoOpenAIKeys(ProviderKeyError, HarnessError):
    """Text and images have different keys, the new side has one. The harness's commands say so in its words."""
