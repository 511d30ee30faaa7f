"""What must hold of an oracle: it answers exactly, always the same, touches nothing, and is neither side."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from migration_harness.comparing.explanations import Oracle
from migration_harness.seams.sides import observe_guarded
from migration_harness.testing.contracts.contract import must, must_equal


class OracleContract:
    """The signed answers of a seam.

    Attributes:
        oracle: As the seam declares it.
        seam: The seam; None where it is not to be asked that the oracle is neither of its sides.
        answers: Calls, and what each has to be answered.
        recorded: Calls, and what the control is known to answer.
    """

    oracle: Oracle
    seam: Any = None
    answers: Sequence[tuple[Mapping[str, Any], Any]] = ()
    recorded: Sequence[tuple[Mapping[str, Any], Any]] = ()

    def test_says_who_signed_it(self) -> None:
        """A name, a reason and an owner: it is read by whoever asks why a price is right."""
        for name in ("name", "reason", "owner"):
            must(getattr(self.oracle, name).strip(), f"An oracle has a {name}.")

    def test_answers_what_was_signed(self) -> None:
        """Each example, exactly and as a number of the same kind."""
        must(self.answers, "An oracle has examples, or this contract says nothing.")
        self._must_answer(self.oracle.answer, self.answers)

    def test_knows_what_the_control_answered(self) -> None:
        """Each example, exactly and as a number of the same kind."""
        must(self.recorded, "An oracle has examples of the control, or this contract says nothing.")
        self._must_answer(self.oracle.recorded_legacy, self.recorded)

    def test_takes_what_a_seam_may_be_given_besides(self) -> None:
        """An argument that came later does not make every comparison fail."""
        for function, examples in ((self.oracle.answer, self.answers), (self.oracle.recorded_legacy, self.recorded)):
            self._must_answer(function, [({**call, "harness_contract": 1}, answer) for call, answer in examples])

    def test_is_neither_side(self) -> None:
        """What computes as the candidate does proves nothing of it."""
        if self.seam is None:
            return
        for side in (self.seam.control, self.seam.candidate):
            for function in (self.oracle.answer, self.oracle.recorded_legacy):
                must(function is not side, "An oracle is neither side of its seam.")
                must(
                    getattr(function, "__module__", "") != getattr(side, "__module__", None),
                    f"An oracle is in another module than {getattr(side, '__qualname__', side)}: code that both share "
                    "makes both wrong alike.",
                )

    def _must_answer(self, function: Callable[..., Any], examples: Sequence[tuple[Mapping[str, Any], Any]]) -> None:
        for call, expected in examples:
            # Twice: the second answer rests on nothing that the first has left.
            for _ in range(2):
                found, error, _, blocked = observe_guarded(function, (), dict(call))
                must(blocked is None, f"An oracle touches nothing, and tried {blocked}.")
                must(error is None, f"An oracle answers {dict(call)!r}, and raised {error!r}.")
                must_equal((type(found), found), (type(expected), expected), f"Of {dict(call)!r}.")
