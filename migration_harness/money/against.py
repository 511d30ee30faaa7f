"""The price against which healing measures what an account paid."""

from enum import StrEnum


class Against(StrEnum):
    """What a charge should have been."""

    SIGNED = "signed"
    """What the business signed for it, at the time of the charge: the oracle's answer."""
    LEGACY = "legacy"
    """What the control computed for it, at the time of the charge."""

    @property
    def meaning(self) -> str:
        """What too much and too little mean against this price, in a sentence."""
        if self is Against.SIGNED:
            return "Against the signed price: what was raised or lowered on purpose is neither too much nor too little."
        return (
            "Against the legacy price: what was raised on purpose counts as too much, and is given back as well. "
            "What was lowered on purpose is never taken."
        )

    @property
    def unknown(self) -> str:
        """Why the price of a charge is not known, in a few words."""
        if self is Against.SIGNED:
            return "no signed price is known for them"
        return "no legacy price was computed for them"
