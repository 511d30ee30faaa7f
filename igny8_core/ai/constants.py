"""Rates of the providers, hard-coded. Legacy: the database takes their place."""

from decimal import Decimal

# USD per million tokens.
MODEL_RATES = {
    "gpt-4.1": {"input": Decimal("2.00"), "output": Decimal("8.00")},
    "gpt-4o-mini": {"input": Decimal("0.15"), "output": Decimal("0.60")},
    "gpt-4o": {"input": Decimal("2.50"), "output": Decimal("10.00")},
    "gpt-5.1": {"input": Decimal("1.25"), "output": Decimal("10.00")},
    "gpt-5.2": {"input": Decimal("1.75"), "output": Decimal("14.00")},
}

# USD per image.
IMAGE_MODEL_RATES = {
    "dall-e-3": Decimal("0.040"),
    "dall-e-2": Decimal("0.020"),
    "gpt-image-1": Decimal("0.042"),
    "gpt-image-1-mini": Decimal("0.011"),
}
