"""What one AI operation is expected to use and to make. Our reading: the sources give no such numbers.

An article of about 1,500 words in HTML is 3,000 tokens; the prompts for its images are read off its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.usage import Usage

KEYWORDS_PER_CLUSTER: Final = 5
IDEAS_PER_CLUSTER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTokens:
    """Tokens of one call: those of its prompt and its answer, and those that each row adds."""

    sent: int
    generated: int
    sent_per_row: int
    generated_per_row: int

    def usage(self, rows: int) -> Usage:
        """Return the tokens of a call that takes so many rows."""
        return Usage(
            tokens_input=self.sent + rows * self.sent_per_row,
            tokens_output=self.generated + rows * self.generated_per_row,
        )


EXPECTED_TOKENS: Final[Mapping[OperationType, ExpectedTokens]] = MappingProxyType(
    {
        OperationType.CLUSTERING: ExpectedTokens(sent=400, generated=100, sent_per_row=12, generated_per_row=25),
        OperationType.IDEA_GENERATION: ExpectedTokens(sent=400, generated=50, sent_per_row=120, generated_per_row=500),
        OperationType.CONTENT_GENERATION: ExpectedTokens(
            sent=800, generated=0, sent_per_row=200, generated_per_row=3_000
        ),
        OperationType.IMAGE_PROMPT_EXTRACTION: ExpectedTokens(
            sent=400, generated=0, sent_per_row=3_000, generated_per_row=400
        ),
    }
)
