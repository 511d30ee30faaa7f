"""Which guards watch a flag: by what its seams are, and by what the plan says."""

from django.utils.module_loading import import_string

from migration_harness.conf import recorded_bps
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.money import trial_balance
from migration_harness.operations.declaring import operations
from migration_harness.plan import PlannedFlag, plan
from migration_harness.queries import errors as queries_of_errors
from migration_harness.queries.since import seams_behind
from migration_harness.rollout.guards.balance import Balance
from migration_harness.rollout.guards.candidate_errors import CandidateErrors
from migration_harness.rollout.guards.drift import Drift
from migration_harness.rollout.guards.errors import Errors
from migration_harness.rollout.guards.guard import Guard
from migration_harness.rollout.guards.latency import Latency
from migration_harness.rollout.guards.laws import Laws
from migration_harness.rollout.guards.silence import Silence
from migration_harness.rollout.guards.trial_balance import TrialBalance
from migration_harness.rollout.guards.unexplained import Unexplained


def guards_for(flag: str) -> tuple[Guard, ...]:
    """Return the guards that watch a flag while it is rolled out, those of the plan last.

    Raises HarnessMisconfigured where the plan names one that is none, or two guards have one name.
    """
    planned = _planned(flag)
    found = (*_of_the_harness(flag, planned), *(_of_the_host(flag, path) for path in planned.guards))
    names = [guard.name for guard in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise HarnessMisconfigured(f"{flag}: more than one guard is called {', '.join(twice)}. Give each its own name.")
    return found


def dry_for(flag: str) -> frozenset[str]:
    """Return the names of the guards that are read and shown, and never decide, by the plan.

    Raises HarnessMisconfigured where the flag has no such guard: a name that is mistyped would leave one deciding.
    """
    dry = frozenset(_planned(flag).dry_guards)
    if unknown := dry - {guard.name for guard in guards_for(flag)}:
        known = ", ".join(guard.name for guard in guards_for(flag))
        raise HarnessMisconfigured(
            f"{flag}: the plan calls {', '.join(sorted(unknown))} dry, and the flag has no such guard. It has: {known}."
        )
    return dry


def _of_the_harness(flag: str, planned: PlannedFlag) -> tuple[Guard, ...]:
    chosen: list[Guard] = []
    if seams_behind(flag):
        chosen += [Unexplained(), CandidateErrors(), Latency(), Silence()]
    if planned.has_store:
        chosen.append(Drift())
    if seams_behind(flag, money=True):
        chosen.append(Balance())
        chosen.append(TrialBalance(standing=trial_balance.standing))
    if operations().laws and recorded_bps():
        chosen.append(Laws())
    chosen.append(Errors(told=queries_of_errors.told))
    return tuple(chosen)


def _of_the_host(flag: str, path: str) -> Guard:
    try:
        found = import_string(path)
        guard = found() if isinstance(found, type) else found
    except Exception as error:
        raise HarnessMisconfigured(
            f"{flag}: the plan's guard {path!r} cannot be had ({type(error).__name__}: {error}). Give the dotted path "
            "of a class without arguments, or of an object."
        ) from error
    if not isinstance(getattr(guard, "name", None), str) or not callable(getattr(guard, "read", None)):
        raise HarnessMisconfigured(f"{flag}: {path!r} is no guard: it needs a name and a method read(watched).")
    return guard  # type: ignore[no-any-return]  # It has what a guard has.


def _planned(flag: str) -> PlannedFlag:
    try:
        found = plan().flag_named(flag)
    except HarnessMisconfigured:
        found = None
    return found or PlannedFlag(name=flag, owner="", note="")
