"""The real trace, priced from the CSV and the published prices alone."""

import csv
from math import ceil
from pathlib import Path

TRACE = Path(__file__).parents[2] / "data" / "azure_llm_inference_conv_2023.csv"

OPERATIONS = [
    "clustering", "idea_generation", "content_generation", "image_prompt_extraction", "internal_linking",
    "content_optimization",
]  # fmt: skip
# tokens per credit, least credits: the published tariff.
TARIFF = {
    "clustering": (150, 2), "idea_generation": (200, 1), "content_generation": (100, 3),
    "image_prompt_extraction": (100, 1), "internal_linking": (300, 1), "content_optimization": (200, 1),
}  # fmt: skip


def expected():
    """Return (operation, model, legacy, new) of every row: from the CSV and the published prices alone."""
    with TRACE.open() as file:
        for i, row in enumerate(csv.DictReader(file)):
            tokens = int(row["ContextTokens"]) + int(row["GeneratedTokens"])
            operation = OPERATIONS[i // 12 % 6]
            model = "gpt-5.1" if i % 10 < 7 else "gpt-4o-mini"
            per_credit, least = TARIFF[operation]
            new = ceil(tokens / (1_000 if model == "gpt-5.1" else 10_000))
            yield operation, model, max(ceil(tokens / per_credit), least), new
