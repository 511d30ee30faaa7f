"""The hot path of a compared call: both sides agree on a plain value, and nothing is to be cleaned or explained."""

import time
from typing import Any, Final

from migration_harness.comparing.equality import PLAIN
from migration_harness.comparing.measures import measure_of
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.snapshot import Decision
from migration_harness.log import recorder
from migration_harness.passing import passes
from migration_harness.seams import revisions
from migration_harness.seams.declaring import Declared
from migration_harness.seams.sides import Observed, observe_guarded

MAX_KNOWN_GROUPS: Final = 1_000
"""Groups that a seam knows to be words as they are; others are looked at each time."""

# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_work, _clock = unit_of_work.current.get, time.time


def records_match(
    seam: Declared[Any, Any],
    subject: Any,
    decision: Decision,
    control: Observed,
    candidate: Observed,
    args: Any,
    kwargs: Any,
) -> bool:
    """Leave a plain match in the buffer. The hot path; False: somebody has to look closer, and nothing is left."""
    old, control_error, control_ns, control_blocked = control
    new, candidate_error, candidate_ns, candidate_blocked = candidate
    if (
        seam.looks_closely
        or type(old) is not type(new)
        or type(old) not in PLAIN
        or candidate_ns > seam.budget_ns
        or not (control_error is candidate_error is None)
        or not (control_blocked is candidate_blocked is None)
    ):
        return False
    try:
        # A signalling NaN raises.
        if old != new:
            return False
        if args or not seam.dimensions_are_direct:
            plan, group = _dimensions(seam, args, kwargs)
        else:
            group = seam.declared_group_by(**kwargs)
            plan = "" if seam.declared_account_plan is None else seam.declared_account_plan(**kwargs)
        if type(plan) is not str or not (group in seam.known_groups or _knows(seam, group)):
            return False
    except BaseException as error:
        if passes(error):
            raise
        return False
    # They are equal.
    measure = None if seam.measure is None else measure_of(old)
    # A plain tuple: what follows from it is worked out at the flush.
    recorder.buffer.add_match(
        (
            _clock(),
            seam.name,
            seam.revision or revisions.revise(seam),
            decision,
            _work(),
            subject,
            plan,
            group,
            measure,
            measure,
            control_ns,
            candidate_ns,
        )
    )
    return True


def _dimensions(seam: Declared[Any, Any], args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Return the account's plan and the group of a call, asked under guard; None where they cannot be had."""
    found, _, _, blocked = observe_guarded(_asked, (seam, args, kwargs), {})
    return (None, None) if found is None or blocked is not None else found


def _asked(seam: Declared[Any, Any], args: Any, kwargs: Any) -> tuple[Any, Any]:
    return "" if seam.account_plan is None else seam.account_plan(args, kwargs), seam.group_by(args, kwargs)


def _knows(seam: Declared[Any, Any], group: Any) -> bool:
    """Tell whether a group is words as they are, and remember it."""
    is_plain = type(group) is tuple and all(type(word) is str for word in group)
    if is_plain and len(seam.known_groups) < MAX_KNOWN_GROUPS:
        seam.known_groups.add(group)
    return is_plain
