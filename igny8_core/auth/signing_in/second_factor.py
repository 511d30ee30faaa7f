"""What is asked of some operators beside their password. Whoever sets one up or takes it away is on the audit trail.

Note [Once]: a code is accepted by the one statement that marks it as used. Who has seen it, over a shoulder or in
between, and sends it again, or at the same time, is refused.
"""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from igny8_core.auth.factor_models import RecoveryCode, SecondFactor
from igny8_core.auth.models import User
from igny8_core.auth.signing_in import codes
from migration_harness.api import record_event

log = structlog.get_logger("igny8")


def factor_of(user: Any) -> SecondFactor | None:
    """Return the second factor that a user has set up; None without one."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False).first()


def accepts(factor: SecondFactor, code: str, *, now: datetime) -> bool:
    """Tell whether a code is right, the app's or a recovery code, and use it up. See Note [Once]."""
    typed = "".join(code.split())
    step = codes.step_of(typed, secret=factor.secret.reveal(), now=now)
    if step is not None:
        return SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step) == 1
    used, _ = RecoveryCode.objects.filter(factor=factor, hash=codes.recovery_hash_of(typed)).delete()
    if used:
        log.warning("igny8.recovery_code_used", user=factor.user.get_username(), left=factor.recovery_codes.count())
    return bool(used)


def begin(*, user: User) -> SecondFactor:
    """Make a secret for an app to take; it is asked for only when a code of it was entered."""
    SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).delete()
    made = SecondFactor.objects.create(user=user, secret=codes.new_secret())
    # As it is kept: a secret that no page prints by mistake.
    made.refresh_from_db()
    return made


def confirm(factor: SecondFactor, code: str, *, now: datetime) -> list[str] | None:
    """Put a second factor in force, where the code is one of it: returns the recovery codes, to be shown this once."""
    if not accepts(factor, code, now=now):
        return None
    made = codes.new_recovery_codes()
    name = factor.user.get_username()
    with transaction.atomic():
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(factor=factor, hash=codes.recovery_hash_of(each)) for each in made
        )
        _record("set up second factor", name, actor=name, before=False, after=True, reason="")
    return made


def remove(factor: SecondFactor, *, actor: str, reason: str = "") -> None:
    """Take a second factor away; from then on the password is enough."""
    name = factor.user.get_username()
    with transaction.atomic():
        factor.delete()
        _record("remove second factor", name, actor=actor, before=True, after=False, reason=reason)


def _record(action: str, username: str, *, actor: str, before: bool, after: bool, reason: str) -> None:
    record_event(
        actor=actor,
        action=action,
        subject=username,
        before={"second_factor": before},
        after={"second_factor": after},
        reason=reason,
    )
