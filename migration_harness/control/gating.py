"""The question whether the plan allows a way forward. Who answers is registered at start-up; nobody means no.

Note [Asked outside]: an answer reads evidence, stores and files, and a flip holds locks that charges wait for. So a
flip that finds itself going forward gives everything back, the question is asked outside of any transaction, and the
flip is made if its flag is still as it was when it was asked. A change backward never gets here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from migration_harness.exceptions import FlipHeldUp, GateClosed, Refusal

_TIMES: Final = 5
"""How often a flag may be another than it was when the gates were asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A change of a flag that goes forward, as it was found under the flag's lock.

    Attributes:
        flag: The flag.
        before: Its state.
        after: What it is to become, with the same keys.
        is_pilot: The change does no more than include one of the few accounts that may be tried by name.
        account_ids: The accounts that it names, if any.
    """

    flag: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    is_pilot: bool
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether the plan allows a change: it does where ``refused`` is empty, else that is why not.

    ``gates`` is what each gate answered at that moment, for the trail.
    """

    refused: tuple[Refusal, ...] = ()
    gates: Mapping[str, str] = field(default_factory=dict)
    is_pilot: bool = False

    @property
    def sentences(self) -> list[str]:
        """Why it is refused, in words."""
        return [each.sentence for each in self.refused]

    @property
    def evidence(self) -> dict[str, Any]:
        """What the event of the change says: what the gates answered, and whether they were passed closed."""
        told: dict[str, Any] = {"gates": dict(self.gates)} if self.gates else {}
        if self.is_pilot:
            told["pilot"] = True
        if self.refused:
            told["outside_plan"] = self.sentences
        return told


Gatekeeper = Callable[[Forward], Admission]

_gatekeepers: list[Gatekeeper] = []


class Unasked(Exception):
    """A flip goes forward, and nobody was asked: it is given back, and made again with the answer."""

    def __init__(self, forward: Forward) -> None:
        super().__init__(forward.flag)
        self.forward = forward


class Asking:
    """The question for one change, and its answer once it was asked."""

    def __init__(self, *, override: bool = False) -> None:
        self._override = override
        self._asked: list[Forward] = []
        self._answer = Admission()

    def answer(self, forward: Forward) -> Admission:
        """Return the answer for a change, under the lock; raises Unasked where nobody was asked about this one.

        Raises FlipHeldUp where the flag is another each time.
        """
        if self._asked and self._asked[-1] == forward:
            return self._answer
        if len(self._asked) == _TIMES:
            raise FlipHeldUp(f"{forward.flag}: not done. It is changed all the time. Look at it, and say it again.")
        raise Unasked(forward)

    def refuse_rolled_back(self, flag: str, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Raise FlipHeldUp where a change would end a rollback that was made while the gates were asked."""
        ends = before["everyone"] is False is not after["everyone"]
        if ends and self._asked and self._asked[-1].before["everyone"] is not False:
            raise FlipHeldUp(f"{flag}: not done. It was rolled back while the gates were asked. Look at it.")

    def ask(self, forward: Forward) -> None:
        """Ask outside of any transaction. Raises GateClosed."""
        self._asked.append(forward)
        found = admission_of(forward)
        if found.refused and not self._override:
            lead = f"{forward.flag}: nothing was changed, the plan does not allow this yet."
            raise GateClosed(lead, refused=found.refused)
        self._answer = found


def answer_by(gatekeeper: Gatekeeper) -> None:
    """Have this one answer from now on."""
    _gatekeepers[:] = [gatekeeper]


def admission_of(forward: Forward) -> Admission:
    """Return whether the plan allows a change now."""
    if not _gatekeepers:
        nobody = "Nobody is registered who could say whether the gates of the plan are open."
        return Admission(refused=(Refusal(sentence=nobody),))
    return _gatekeepers[0](forward)
