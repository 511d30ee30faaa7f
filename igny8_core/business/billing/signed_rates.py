"""By which rates a call is priced, beside those of the signed list: what the page of a discrepancy begins with.

# @legacy file model-based-credits
"""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.price_list import TABLES
from migration_harness.api import Rate, SignedRates


def _text(*, model: str, target_model: str = "", **_: Any) -> Iterator[Rate]:
    yield _rate("tokens_per_credit", target_model or model)


def _image(*, model: str, target_model: str = "", **_: Any) -> Iterator[Rate]:
    yield _rate("credits_per_image", target_model or model)


def _rate(field: str, model: str) -> Rate:
    row = AIModelConfig.objects.filter(model_name=model).select_related("updated_by").first()
    return Rate(
        name=f"{field.replace('_', ' ')} of {model}",
        used=None if row is None else getattr(row, field),
        signed=TABLES[field].get(model),
        changed_at=None if row is None else row.updated_at,
        changed_by=row.updated_by.get_username() if row is not None and row.updated_by is not None else "",
        address="" if row is None else reverse("admin:billing_aimodelconfig_change", args=[row.pk]),
    )


SignedRates(seams=("credits.text",), read=_text)
SignedRates(seams=("credits.image",), read=_image)
