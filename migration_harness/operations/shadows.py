"""Works off the operations that wait to be shadowed, and keeps what came of each."""

from datetime import timedelta
from time import monotonic
from typing import Final

from django.utils import timezone
from waffle import get_waffle_switch_model

from migration_harness.comparing.comparator import Judgement, signature_of
from migration_harness.database import alias, transaction
from migration_harness.faults import fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.models import RecordedOperation
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.shadowing import Shadow, Shadowed, shadow
from migration_harness.passing import passes

SWITCH: Final = "harness-shadow"
"""waffle's switch that turns it off; one that is not there does not."""
STAGE: Final = "effects"
"""In the log, where a comparison has its stage: both sides answered, and nobody."""
LONGEST_WAIT: Final = timedelta(minutes=10)
"""After which nobody runs an operation any more: what it reads is another state by then."""
ENDED: Final = "its worker ended"
"""Why, of one that was taken: until it is known what came of it, and for good where its worker is gone."""


def work_off(*, at_most_seconds: float) -> int:
    """Shadow what waits, the oldest first, and return how many were taken; safe to run at the same time."""
    until, taken = monotonic() + at_most_seconds, 0
    _skip_what_is_old()
    while monotonic() < until and (kept := _take()) is not None:
        taken += 1
        _keep(kept, _shadowed(kept))
    return taken


def is_on() -> bool:
    """Tell whether the switch lets operations be shadowed. Past waffle's cache: off is off at once."""
    found = get_waffle_switch_model()._base_manager.using(alias()).filter(name=SWITCH).first()  # noqa: SLF001
    return True if found is None else bool(found.active)


def _skip_what_is_old() -> None:
    now = timezone.now()
    old = RecordedOperation.objects.filter(shadow=Shadow.DUE, at__lt=now - LONGEST_WAIT)
    old.update(shadow=Shadow.SKIPPED, shadow_why="nobody took it in time", shadowed_at=now)


def _take() -> RecordedOperation | None:
    """Take one for this worker: whatever becomes of it, it is taken once."""
    with transaction.atomic():
        due = RecordedOperation.objects.select_for_update(skip_locked=True).filter(shadow=Shadow.DUE)
        kept = due.order_by("at").first()
        if kept is not None:
            kept.shadow, kept.shadow_why, kept.shadowed_at = Shadow.SKIPPED, ENDED, timezone.now()
            kept.save(update_fields=["shadow", "shadow_why", "shadowed_at"])
    return kept


def _shadowed(kept: RecordedOperation) -> Shadowed:
    try:
        return shadow(kept) if is_on() else Shadowed(state=Shadow.SKIPPED, why=f"the switch {SWITCH} is off")
    except BaseException as error:
        if passes(error):
            raise
        fault(f"{PREFIX}{kept.kind}", "shadow", error)
        return Shadowed(state=Shadow.SKIPPED, why=f"the harness failed ({type(error).__name__})")


def _keep(kept: RecordedOperation, found: Shadowed) -> None:
    judgement = found.judgement
    comparison = None
    if judgement is not None and found.state is not Shadow.MATCHED:
        comparison = _comparison(kept, found, judgement)
    kept.shadow, kept.shadow_why, kept.shadow_ms = found.state, found.why, found.held_ms
    kept.shadow_signature = (comparison.signature or "") if comparison else ""
    if found.control is not None:
        kept.beside = {"control": found.control, "candidate": found.candidate}
    kept.save(update_fields=["shadow", "shadow_why", "shadow_ms", "shadow_signature", "beside"])
    if comparison is not None:
        recorder.buffer.add(comparison)


def _comparison(kept: RecordedOperation, found: Shadowed, judgement: Judgement) -> Comparison:
    seam = f"{PREFIX}{kept.kind}"
    return Comparison(
        at=timezone.now().timestamp(),
        seam=seam,
        flag_epoch=0,
        stage=STAGE,
        subject=kept.account_id or None,
        account_plan="",
        execution_path=kept.execution_path,
        group=(STAGE,),
        verdict=judgement.verdict,
        signature=signature_of(seam=seam, judgement=judgement, group=(STAGE,)),
        control_measure=None,
        candidate_measure=None,
        control_ns=int(found.control_ms * 1_000_000),
        candidate_ns=int(found.candidate_ms * 1_000_000),
        operation_id=kept.operation_id,
        request_id=kept.request_id,
        run=kept.run,
        revision=kept.revision,
        judgement=judgement,
        call={"recording": str(kept.recording)},
    )
