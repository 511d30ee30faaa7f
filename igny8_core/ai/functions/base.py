"""What an AI function has to say of itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from igny8_core.ai.prompting import Prompt
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.usage import Related

Input = TypeVar("Input")
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AIFunction(ABC, Generic[Input, Parsed]):
    """One thing that a text model is asked for, on behalf of an account, for one of its sites."""

    operation: ClassVar[OperationType]

    account: Account
    site: Site

    @abstractmethod
    def validate(self) -> None:
        """Raise InvalidInput where there is nothing to do, or it is not the account's."""

    @abstractmethod
    def prepare(self) -> Input:
        """Read what the question is about."""

    @abstractmethod
    def build_prompt(self, prepared: Input) -> Prompt:
        """Say what is asked."""

    @abstractmethod
    def expected_tokens(self, prepared: Input) -> int:
        """Return about how many tokens the answer has, for the estimate before the call."""

    @abstractmethod
    def parse_response(self, prepared: Input, text: str) -> Parsed:
        """Return what the answer says; raises UnexpectedAnswer where it is not what was asked for."""

    @abstractmethod
    def save_output(self, prepared: Input, parsed: Parsed) -> tuple[int, ...]:
        """Store the result and return the ids of the rows it made.

        Runs inside the transaction of the charge. Raises InvalidInput where the rows changed meanwhile so that
        there is nothing to store.
        """

    def related(self) -> Related:
        """Return the row that the usage log names."""
        return Related(kind="site", pk=self.site.pk)
