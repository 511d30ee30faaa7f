"""The eight failures that followed the first migration: where each is planted, and by what it is found.

The numbers are those of the failures:

1. price fields renamed, two readers not
2. the rename changed the unit from 1M to 1K tokens
3. images neither deducted nor logged
4. no credit check before images
5. the quality tier hard-coded to basic
6. image sizes hard-coded
7. the first two images of an article share a name
8. some AI functions log usage and others do not, by the execution path
"""

from dataclasses import dataclass
from typing import Final

COMPARISON, LAW, VERIFY = "comparison", "law", "verify"
"""By what a mistake is found: the sides of a seam differ; a law is broken; an effect is another one than before."""

IMAGES = ("image_generation", "image_generation, runware")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One mistake.

    Attributes:
        name: Of its patch; the number of the failure first.
        on: The operations of the recorded set that show it, by their names there.
        found_by: The ways that find it.
        words: What the first lines of the finding say.
    """

    name: str
    on: tuple[str, ...]
    found_by: frozenset[str]
    words: tuple[str, ...]


def _fault(name: str, *words: str, on: tuple[str, ...], by: tuple[str, ...]) -> Fault:
    return Fault(name=name, on=on, found_by=frozenset(by), words=words)


FAULTS: Final = (
    _fault(
        "1-in-the-candidate",
        "models.provider gpt-4o-mini", "candidate_error", "AttributeError", "igny8_core/ai/catalogue.py in _prices",
        on=("clustering",), by=(COMPARISON,),
    ),
    _fault(
        "1-in-a-caller",
        "effects.error", "AttributeError", "igny8_core/ai/ai_core.py", "in AICore.complete", "0 usage logs",
        on=("clustering",), by=(LAW, VERIFY),
    ),
    _fault(
        "1-in-shared-code",
        "effects.error", "AttributeError", "igny8_core/business/billing/pricing.py", "in provider_cost_usd",
        on=("clustering",), by=(LAW, VERIFY),
    ),
    _fault(
        "1-in-the-registry",
        "models.cost_usd gpt-4o-mini", "control_error", "AttributeError", "in ModelRegistry.calculate_cost",
        on=("clustering",), by=(COMPARISON, LAW, VERIFY),
    ),
    _fault(
        "2-in-the-candidate",
        "models.cost_usd gpt-4o-mini", "mismatch: USD", "expected",
        on=("clustering",), by=(COMPARISON,),
    ),
    _fault(
        "2-in-a-caller",
        "cost_is_what_the_provider_charges", "CreditUsageLog[0].columns.cost_usd",
        on=("clustering",), by=(LAW, VERIFY),
    ),
    _fault(
        "2-in-shared-code",
        "cost_is_what_the_provider_charges", "CreditUsageLog[0].columns.cost_usd",
        on=("clustering", "clustering, no answer"), by=(LAW, VERIFY),
    ),
    _fault(
        "2-in-the-registry",
        "models.cost_usd gpt-4o-mini", "mismatch: USD", "expected",
        on=("clustering",), by=(COMPARISON,),
    ),
    _fault(
        "3-in-the-candidate",
        "credits.image image_generation dall-e-3", "mismatch: credits 5 -> 0, expected 5",
        on=("image_generation",), by=(COMPARISON, VERIFY),
    ),
    _fault(
        "3-in-a-caller",
        "one_charge_per_image", "0 deductions were made for it", "3 answers of a provider came, and 0 usage logs",
        on=IMAGES, by=(LAW, VERIFY),
    ),
    _fault(
        "3-in-shared-code",
        "one_charge_per_image", "0 deductions were made for it", "3 answers of a provider came, and 0 usage logs",
        on=IMAGES, by=(LAW, VERIFY),
    ),
    _fault(
        "4-in-the-candidate",
        "credits.image image_generation dall-e-3", "mismatch: credits 5 -> 0, expected 5",
        on=("image_generation",), by=(COMPARISON, VERIFY),
    ),
    _fault(
        "4-in-a-caller",
        "balance_before_provider", "before anybody saw that the balance is enough",
        on=("image_generation", "image_generation, no credits"), by=(LAW, VERIFY),
    ),
    _fault(
        "4-in-shared-code",
        "balance_before_provider", "before anybody saw that the balance is enough",
        on=("image_generation, few credits",), by=(LAW, VERIFY),
    ),
    _fault(
        "4-too-late",
        "balance_before_provider", "before anybody saw that the balance is enough",
        on=("image_generation", "image_generation, no credits"), by=(LAW, VERIFY),
    ),
    _fault(
        "5-in-the-candidate",
        "models.quality_tier dall-e-3", '"quality" -> "basic"',
        on=("image_generation",), by=(COMPARISON,),
    ),
    _fault(
        "5-in-a-caller",
        "CreditUsageLog[0].columns.metadata.quality_tier", "quality basic",
        on=("image_generation",), by=(VERIFY,),
    ),
    _fault(
        "5-in-shared-code",
        "CreditUsageLog[0].columns.metadata.quality_tier", "quality basic",
        on=("image_generation",), by=(VERIFY,),
    ),
    _fault(
        "6-in-the-candidate",
        "models.image_size dall-e-3 featured", '"1792x1024" -> "1024x1024"',
        on=("image_generation",), by=(COMPARISON,),
    ),
    _fault(
        "6-in-a-caller",
        "size_is_the_models", "was asked for 1024x1024, and has 1792x1024",
        on=IMAGES, by=(LAW, VERIFY),
    ),
    _fault(
        "6-in-shared-code",
        "size_is_the_models", "dall-e-3 was asked for 1024x1024, and has 1792x1024", "said.body.size",
        on=("image_generation",), by=(LAW, VERIFY),
    ),
    _fault(
        "6-at-the-other-provider",
        "size_is_the_models", "was asked for 1024x1024, and has 1", "height",
        on=("image_generation, runware",), by=(LAW, VERIFY),
    ),
    _fault(
        "7-in-the-candidate",
        "models.image_size dall-e-3 in_article", "blocked", "side_effect",
        on=("image_generation",), by=(COMPARISON,),
    ),
    _fault(
        "7-in-a-caller",
        "no_two_files_share_a_path", "Two images have one file", "in_article-2.png",
        on=("image_generation",), by=(LAW, VERIFY),
    ),
    _fault(
        "7-in-shared-code",
        "one_charge_per_image", "2 images have one id, so that only the first was made", "effects.file",
        on=("image_generation",), by=(LAW, VERIFY),
    ),
    _fault(
        "8-in-the-candidate",
        "credits.text clustering gpt-5.1", "blocked", "side_effect",
        on=("clustering",), by=(COMPARISON, VERIFY),
    ),
    _fault(
        "8-in-a-caller",
        "0 deductions were made for it", "1 answers of a provider came, and 0 usage logs",
        on=("internal_linking", "content_optimization"), by=(LAW, VERIFY),
    ),
    _fault(
        "8-in-shared-code",
        "1 answers of a provider came, and 0 usage logs tell of them", "rows.billing.CreditUsageLog missing",
        on=("clustering, scheduled, no answer", "idea_generation, scheduled, no answer"), by=(LAW, VERIFY),
    ),
    _fault(
        "8-by-the-clock",
        "0 deductions were made for it", "1 answers of a provider came, and 0 usage logs tell of them",
        on=("idea_generation, scheduled",), by=(LAW, VERIFY),
    ),
)  # fmt: skip
