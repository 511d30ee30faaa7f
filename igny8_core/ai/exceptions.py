"""Errors of the AI layer. None of them holds a key, nor a text of the provider, which could quote one.

AIError
├── ProviderKeyMissing        the provider is unknown, inactive, or has no key
├── ProviderAddressRefused    the provider has an address that no key may be sent to
├── ModelError                the model cannot be used; raised before any provider is called
│   ├── UnknownModel          there is no row for the model
│   ├── InactiveModel         the model's row is switched off
│   ├── PricelessModel        the model's row has no rate
│   ├── IncompleteModel       the model's row lacks a quality tier or a size that was asked for
│   ├── NoDefaultModel        no active model of this type is the default
│   └── TwoDefaultModels      more than one is
├── ProviderError             the provider was asked and did not do it; names provider and model
│   ├── ProviderUnavailable   it cannot be reached, or says that it failed
│   │   └── AnswerCutOff      the connection broke during the answer
│   ├── ProviderRateLimited   it says that there were too many requests
│   ├── ProviderTimedOut      it did not answer in time
│   ├── ProviderRefused       it says that it will not do it
│   │   └── ModelGone         it does not have the model, or not any more
│   ├── MalformedAnswer       it answered something else than what was asked for
│   └── NoUsageReported       it did not say how many tokens were used
├── InvalidInput              there is nothing to do, or the input is not the account's
└── InsideTransaction         a provider was to be called while a database transaction is open
"""

from igny8_core.business.billing.usage import Spent


class AIError(Exception):
    """Root of the errors of the AI layer."""


class ProviderKeyMissing(AIError):
    """The provider is unknown, inactive, or has no key. Raised before any call."""


class ProviderAddressRefused(AIError):
    """The provider has an address that no key may be sent to. Raised before any call."""


class ModelError(AIError):
    """The model cannot be used. Raised before any call."""


class UnknownModel(ModelError):
    """There is no row for the model."""


class InactiveModel(ModelError):
    """The model's row is switched off."""


class PricelessModel(ModelError):
    """The model's row has no rate."""


class IncompleteModel(ModelError):
    """The model's row lacks a quality tier or a size that was asked for."""


class NoDefaultModel(ModelError):
    """No active model of this type is the default."""


class TwoDefaultModels(ModelError):
    """More than one model of this type is the default."""


class ProviderError(AIError):
    """A provider was asked and did not do it.

    Attributes:
        provider: For example ``openai``.
        model: For example ``gpt-5.1``.
        may_be_repeated: Asking again at once can help, and the provider has done nothing yet.
        retry_after_seconds: How long the provider asked to be left alone, where it said so.
        spent: What the provider charges, where an answer came that is of no use; None where none came.
    """

    may_be_repeated = False

    def __init__(
        self,
        told: str,
        *,
        provider: str,
        model: str,
        retry_after_seconds: float | None = None,
        spent: Spent | None = None,
    ) -> None:
        super().__init__(f"{provider}, model {model}: {told}")
        self.provider = provider
        self.model = model
        self.retry_after_seconds = retry_after_seconds
        self.spent = spent


class ProviderUnavailable(ProviderError):
    """The provider cannot be reached, says that it failed, or asks to be asked again."""

    may_be_repeated = True


class AnswerCutOff(ProviderUnavailable):
    """The connection broke during the answer: the provider may have done the work, so it is not asked twice."""

    may_be_repeated = False


class ProviderRateLimited(ProviderError):
    """The provider says that there were too many requests."""

    may_be_repeated = True


class ProviderTimedOut(ProviderError):
    """The provider did not answer in time; it may have done the work, so it is not asked twice."""


class ProviderRefused(ProviderError):
    """The provider says that it will not do it: the key, the model or the content."""


class ModelGone(ProviderRefused):
    """The provider does not have the model, or not any more: its row is what has to change."""


class MalformedAnswer(ProviderError):
    """The provider answered something else than what was asked for."""


class NoUsageReported(ProviderError):
    """The provider did not say how many tokens were used: an error, never a free call."""


class InvalidInput(AIError):
    """There is nothing to do, or what is named does not belong to the account. Raised before any call."""


class InsideTransaction(AIError):
    """A provider was to be called while a database transaction is open."""
