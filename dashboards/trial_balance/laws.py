"""What each law of the books says, for people; and what is said of it now."""

from typing import Final

from dashboards.labels import Label, Tone
from migration_harness.money.trial_balance import TrialBalance
from migration_harness.money.trial_balance.found import LawName

WORDS: Final = {
    LawName.CHAIN: "The balance after an entry follows from the one before, that of the first from the opening.",
    LawName.BALANCE: "An account has what its newest entry left: opening + entries = balance.",
    LawName.OPERATION: "An operation is charged once.",
    LawName.USAGE: "A charge has one usage log, of the same account and credits.",
    LawName.USAGE_CHARGE: "A usage log with credits has its charge.",
    LawName.EVIDENCE: "A charge at a compared stage has its comparison, with the prices that it keeps.",
    LawName.EVIDENCE_CHARGE: "A comparison of a money seam has its charge.",
    LawName.UNCHANGED: "Entries and usage logs are what they were when they were checked first.",
    LawName.DRIFT: "What one of two stores missed is repaired within 15 minutes.",
    LawName.TRAIL: "The audit trail is what was written.",
}

HOLDS: Final = Label(mark="✓", word="holds", tone=Tone.GOOD, meaning="Every row was looked at, and none breaks it.")
BROKEN: Final = Label(mark="✗", word="broken", tone=Tone.BAD, meaning="Rows break it; they are named below.")
UNKNOWN: Final = Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="Not every row was looked at lately.")


def label_of(law: LawName, balance: TrialBalance) -> Label:
    """Return what is known of a law: where nobody has looked, nothing is broken and nothing holds."""
    if balance.counts[law]:
        return BROKEN
    return UNKNOWN if balance.unsure else HOLDS
