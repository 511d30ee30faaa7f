"""Image prompts into images, one by one: each is checked, called, charged and stored by itself."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from igny8_core.ai.ai_core import AICore, GeneratedImage, ImageLook
from igny8_core.ai.choices import WorkingModel
from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.outcomes import Outcome
from igny8_core.ai.paying import Order, charge_once, unbilled_if_lost
from igny8_core.ai.seams import image_size, quality_tier
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Related, Spent
from igny8_core.modules.writer.models import Image, ImagePrompt

_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_DIGEST_SHOWN: Final = 16
_ONE_IMAGE: Final = Spent(images=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """A file in the default storage, before its image is charged."""

    name: str
    sha256: str


def generate_image(
    *, account: Account, prompt: ImagePrompt, working: WorkingModel, look: ImageLook, operation_id: str
) -> Outcome:
    """Make one image; the same ``operation_id`` makes it once.

    One deduction, one usage log, one row and one file; after an error none of them. Raises AIError and
    BillingError; InsufficientCreditsError before the provider is called where the balance is too low.
    """
    order = Order(
        account=account,
        operation_type=OperationType.IMAGE_GENERATION,
        operation_id=operation_id,
        related=Related(kind="image_prompt", pk=prompt.pk),
    )
    if earlier := order.earlier():
        return earlier
    model = working.name
    CreditService.check_credits_for_image(account=account, model=model)
    size = image_size(account=account, model=model, role=prompt.role)
    tier = quality_tier(account=account, model=model)
    with unbilled_if_lost(order, model=model):
        made = AICore.generate_image(
            account=account,
            model=model,
            prompt=prompt.prompt,
            size=size,
            operation=OperationType.IMAGE_GENERATION,
            look=look,
        )
    with unbilled_if_lost(order, model=model, spent=_ONE_IMAGE):
        stored = _store(made, prompt=prompt, operation_id=operation_id)
    try:
        outcome = charge_once(
            replace(order, metadata={"size": size, "quality_tier": tier}),
            model=made.model,
            target_model=working.target,  # @legacy line model-based-credits
            spent=_ONE_IMAGE,
            save=lambda: _save(prompt, made, stored, size=size, operation_id=operation_id),
        )
    except BaseException:
        # Whatever happened, the file belongs to no image.
        default_storage.delete(stored.name)
        raise
    if outcome.repeated:
        default_storage.delete(stored.name)
    return outcome


def _store(made: GeneratedImage, *, prompt: ImagePrompt, operation_id: str) -> _Stored:
    """Write the file under a name of its own: no other image, of this or another prompt, has it."""
    digest = sha256(made.content).hexdigest()
    own = sha256(f"{operation_id}\x1f{digest}".encode()).hexdigest()[:_DIGEST_SHOWN]
    name = f"images/{prompt.content_id}/{prompt.pk}-{own}.{_EXTENSIONS[made.mime_type]}"
    return _Stored(name=default_storage.save(name, ContentFile(made.content)), sha256=digest)


def _save(
    prompt: ImagePrompt, made: GeneratedImage, stored: _Stored, *, size: str, operation_id: str
) -> tuple[int, ...]:
    """Keep the image; raises InvalidInput where its prompt is not there any more."""
    if not ImagePrompt.objects.select_for_update().filter(pk=prompt.pk).exists():
        raise InvalidInput("The prompt was deleted while its image was made.")
    row = Image.objects.create(
        account_id=prompt.account_id,
        prompt=prompt,
        file=stored.name,
        sha256=stored.sha256,
        model_name=made.model,
        size=size,
        operation_id=operation_id,
    )
    return (row.pk,)
