"""waffle's own ``override_flag`` for a flag of ours: everybody on, or everybody off, and back after it.

It would write to the flag's row, which triggers refuse; so it lays the flag over the row instead.
"""

from dataclasses import replace
from typing import Any

from waffle import get_waffle_flag_model
from waffle.testutils import override_flag

from migration_harness.deciding.snapshot import FlagState
from migration_harness.models import Flag
from migration_harness.testing.flags import flags_at
from migration_harness.testing.layered import state_of
from migration_harness.testing.states import flag_state


def take_over() -> None:
    """Have ``override_flag`` do so, where waffle's flags are ours."""
    if issubclass(get_waffle_flag_model(), Flag):
        setattr(override_flag, "enable", _enable)  # noqa: B010  A type checker takes it for a mistake.
        setattr(override_flag, "disable", _disable)  # noqa: B010


def _enable(self: Any) -> None:
    laid = flags_at({self.name: _overridden(self.name, active=self.active)})
    laid.enable()
    vars(self).setdefault("_laid", []).append(laid)


def _disable(self: Any) -> None:
    vars(self)["_laid"].pop().disable()


def _overridden(name: str, *, active: bool | None) -> FlagState:
    """Return the flag for everybody, with the stage that its cohort has; nobody is left out by a list."""
    state = state_of(name) or flag_state(name)
    if active is None:
        return replace(state, everyone=None)
    return replace(state, everyone=active, excluded=frozenset(), requires=())
