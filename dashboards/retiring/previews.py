"""What declaring that nobody else uses legacy data would mean, and what its end would."""

from typing import Final

from dashboards.previews import Fact, Preview

OF_DECLARING: Final = Preview(
    question="Say on your word that no other program reads or writes what the deletion drops?",
    facts=[
        Fact(term="The gate", text="takes your word where nobody counts the reads of other programs"),
        Fact(term="Shown as", text="declared, and not proven: here, at the gate and in the certificate"),
        Fact(term="The trail", text="keeps it with your name"),
    ],
    button="Declare it",
    grave=True,
)
OF_THE_END: Final = Preview(
    question="End what was declared?",
    facts=[
        Fact(term="The gate", text="is unknown again where nobody counts the reads of other programs"),
        Fact(term="The trail", text="keeps the declaration and its end"),
    ],
    button="End it",
)
