"""What an operation costs on either side, from the signed list and the credits guide: no code of the service."""

from dataclasses import dataclass
from random import Random

TARIFFS = {"clustering": (150, 2), "idea_generation": (200, 1), "content_generation": (100, 3)}
"""Tokens per credit and least credits, by operation: the legacy price."""
TOKENS_PER_CREDIT = {"gpt-5.1": 1_000, "gpt-4o-mini": 10_000}
"""By model: the new price."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one operation id stands for. It follows from the id alone, so that all who use the id mean the same."""

    account: int
    operation: str
    model: str
    tokens_input: int
    tokens_output: int

    @property
    def prices(self) -> dict[str, int]:
        """The price of each side."""
        total = self.tokens_input + self.tokens_output
        per_credit, least = TARIFFS[self.operation]
        return {
            "control": max(-(-total // per_credit), least),
            "candidate": -(-total // TOKENS_PER_CREDIT[self.model]),
        }


def work_of(operation_id: str, accounts: int) -> Work:
    """Return the work of an id; ``accounts`` is how many there are."""
    chance = Random(operation_id)
    return Work(
        account=chance.randrange(accounts),
        operation=chance.choice(sorted(TARIFFS)),
        model=chance.choice(sorted(TOKENS_PER_CREDIT)),
        tokens_input=chance.randrange(1, 9_000),
        tokens_output=chance.randrange(1, 3_000),
    )
