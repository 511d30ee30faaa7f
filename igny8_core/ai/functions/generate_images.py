"""Image prompts into images, one by one: each is checked, called, charged and stored by itself."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from igny8_core.ai.ai_core import AICore, GeneratedImage, ImageLook
from igny8_core.ai.exceptions import InvalidInput
from igny8_core.ai.outcomes import Outcome, earlier_outcome
from igny8_core.ai.seams import image_size, quality_tier
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.business.billing.usage import NO_TOKENS, Related
from igny8_core.modules.writer.models import Image, ImagePrompt

_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_DIGEST_SHOWN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """A file in the default storage, before its image is charged."""

    name: str
    sha256: str


def generate_image(*, account: Account, prompt: ImagePrompt, model: str, look: ImageLook, operation_id: str) -> Outcome:
    """Make one image; the same ``operation_id`` makes it once.

    One deduction, one usage log, one row and one file; after an error none of them. Raises AIError and
    BillingError; InsufficientCreditsError before the provider is called where the balance is too low.
    """
    if earlier := _earlier(account, operation_id):
        return earlier
    CreditService.check_credits_for_image(account=account, model=model)
    size = image_size(account=account, model=model, role=prompt.role)
    tier = quality_tier(account=account, model=model)
    made = AICore.generate_image(
        account=account,
        model=model,
        prompt=prompt.prompt,
        size=size,
        operation=OperationType.IMAGE_GENERATION,
        look=look,
    )
    stored = _store(made, prompt=prompt, operation_id=operation_id)
    try:
        outcome = _charge(account, prompt, made, stored, size=size, tier=tier, operation_id=operation_id)
    except BaseException:
        # Whatever happened, the file belongs to no image.
        default_storage.delete(stored.name)
        raise
    if outcome.repeated:
        default_storage.delete(stored.name)
    return outcome


def _earlier(account: Account, operation_id: str) -> Outcome | None:
    return earlier_outcome(account=account, operation_type=OperationType.IMAGE_GENERATION, operation_id=operation_id)


def _store(made: GeneratedImage, *, prompt: ImagePrompt, operation_id: str) -> _Stored:
    """Write the file under a name of its own: no other image, of this or another prompt, has it."""
    digest = sha256(made.content).hexdigest()
    own = sha256(f"{operation_id}\x1f{digest}".encode()).hexdigest()[:_DIGEST_SHOWN]
    name = f"images/{prompt.content_id}/{prompt.pk}-{own}.{_EXTENSIONS[made.mime_type]}"
    return _Stored(name=default_storage.save(name, ContentFile(made.content)), sha256=digest)


def _charge(
    account: Account,
    prompt: ImagePrompt,
    made: GeneratedImage,
    stored: _Stored,
    *,
    size: str,
    tier: str,
    operation_id: str,
) -> Outcome:
    created: tuple[int, ...] = ()

    def save(_receipt: Receipt) -> None:
        nonlocal created
        if not ImagePrompt.objects.select_for_update().filter(pk=prompt.pk).exists():
            raise InvalidInput("The prompt was deleted while its image was made.")
        row = Image.objects.create(
            account=account,
            prompt=prompt,
            file=stored.name,
            sha256=stored.sha256,
            model_name=made.model,
            size=size,
            operation_id=operation_id,
        )
        created = (row.pk,)

    try:
        receipt = CreditService.deduct_credits_for_image(
            account=account,
            model=made.model,
            operation_id=operation_id,
            related=Related(kind="image_prompt", pk=prompt.pk),
            metadata={"size": size, "quality_tier": tier},
            save=save,
        )
    except (BillingError, InvalidInput) as error:
        CreditService.record_unbilled(
            account=account,
            operation_type=OperationType.IMAGE_GENERATION,
            model=made.model,
            usage=NO_TOKENS,
            images=1,
            operation_id=operation_id,
            reason=type(error).__name__,
        )
        # Of two calls at once, after another choice of a model: the other one was faster.
        if earlier := _earlier(account, operation_id):
            return earlier
        raise
    return Outcome(
        operation_id=operation_id,
        model=made.model,
        credits=receipt.credits,
        created=created,
        repeated=receipt.repeated,
    )
