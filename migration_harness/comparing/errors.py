"""What of an error belongs to a seam's contract: its class, its arguments and the attributes that it stores.

An error's cause, context, traceback and notes tell how it came about: these are the side's own affair. An error class
that has its own ``__eq__`` decides for itself.
"""

from typing import Any, Final

from migration_harness.comparing.allowances import NO_ALLOWANCES
from migration_harness.comparing.difference import Difference, diff
from migration_harness.comparing.equality import has_own_word, says_equal
from migration_harness.comparing.kinds import Kind
from migration_harness.comparing.stored import held_by

RAISED: Final = "raised"
"""The path of an error; that of an argument is ``raised.args[0]``, of an attribute ``raised.status_code``."""
OF_OPERATIONS: Final = "effects.error"
"""The path of an error with which a whole operation ended."""
PLACES: Final = (RAISED, OF_OPERATIONS)
"""Paths of differences whose note says where a side raised."""
MAX_ERRORS: Final = 100
"""Errors of a group that are compared."""


def contract_of(error: BaseException, *, nested: bool = False) -> dict[str, Any]:
    """Return what of an error is compared; of a group the same of each error in it. Raises what reading it raises."""
    # Python's own names are of how it was raised.
    held = {name: value for name, value in held_by(error).items() if not name.startswith("__")}
    named = {"class": type(error).__qualname__} if nested else {}
    if isinstance(error, BaseExceptionGroup):
        members = [contract_of(each, nested=True) for each in error.exceptions[:MAX_ERRORS]]
        return {**named, **held, "exceptions": members}
    return {**named, **held, "args": error.args}


def differences_of_errors(
    control: BaseException, candidate: BaseException, *, passing: tuple[type[BaseException], ...] = ()
) -> tuple[Difference, ...]:
    """Return where two errors of one class differ; what cannot be read or compared is a difference that says so."""
    try:
        if has_own_word(control, candidate) and says_equal(control, candidate, passing=passing):
            return ()
        contracts = contract_of(control), contract_of(candidate)
    except passing:
        raise
    except Exception as error:  # noqa: BLE001  Errors are objects of the host, too.
        note = f"could not be compared: {type(error).__name__}"
        return (Difference(path=RAISED, kind=Kind.VALUE, control=control, candidate=candidate, note=note),)
    return diff(*contracts, root=RAISED, allowances=NO_ALLOWANCES, passing=passing)
