"""What a seam may say about itself, and what follows from it before the first call.

Note [Foreseen]: with the candidate a call may be another one. An account that chose no model gets another default with
the new side, so the price that it will pay is that of another model than the one which is used today. A caller that
knows this says so in an argument of its own, named in ``foreseen``: while the control answers, candidate, oracle and
group are asked for the call as it would be; the control takes the argument and does not heed it. Where the candidate
answers, a call is what it is, and the argument is not passed on: nobody is charged for what might have been.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from inspect import signature
from pathlib import Path
from types import FrameType, MethodType
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

from django.db.models import Model

from migration_harness.comparing.allowances import Ignore, allowances_of
from migration_harness.comparing.comparator import Criteria
from migration_harness.comparing.explanations import Explanation
from migration_harness.comparing.judging import Judging
from migration_harness.comparing.tolerance import Tolerance
from migration_harness.deciding.registry import seams
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.passing import passing_classes
from migration_harness.seams.binding import Binding
from migration_harness.seams.breaker import Breaker
from migration_harness.seams.calling import needs_guard, refuse_unfinished, refuse_unheard

P = ParamSpec("P")
R = TypeVar("R")


RunsOn = str | Path | type[Model]
"""What a candidate runs on, as a seam may name it."""


def _no_group(**_: Any) -> tuple[str, ...]:
    return ()


class Declared(Generic[P, R]):
    """A function with two implementations, as it was declared.

    Has the signature of its control and candidate: the candidate's, with its name, for who inspects it. In the body of
    a class it is a method. Public parameters are keyword-only.

    Args:
        name: Dotted, as status and log show it, for example ``credits.text``.
        flag: The flag that decides. One that does not exist decides ``off``.
        control: The legacy implementation.
        candidate: The new one, with the same signature.
        subject: Takes the call's arguments, by name; returns the account's primary key, or None.
        group_by: Takes them, too; returns the words that tell kinds of calls apart.
        account_plan: Takes them, too; returns the account's plan as text, without a query.
        run_if: Takes them, too; returns whether the call is compared, so that both sides run. Not for money.
        explain: Rules and at most one oracle, see :mod:`migration_harness.comparing.explanations`.
        errors: Exceptions that belong to the contract of both sides.
        clean: Applied to copies of both values before they are compared.
        measure: The unit of the results where these are exact numbers that can be summed.
        money: The seam prices charges: it compares once, inside ``charge()``, and only an oracle explains.
        pure: Neither side reads or writes anything: the order of the sides is random.
        budget_ms: Longest time of the candidate; a right answer that took longer counts as ``timeout``.
        noise_check_bps: Share of the compared calls, in basis points, in which the control runs twice, so that a
            field that changes by itself is seen as noise. Not for money: only the oracle explains money.
        unordered: Paths of sequences whose elements may be in any order, see :mod:`migration_harness.comparing.paths`.
        tolerance: How far numbers may be apart, by path: a Decimal, or a ``Relative``. Not for money.
        ignore: Rules that leave out a path until they expire. Not for money.
        runs_on: What the candidate runs on beside what it imports: dotted names of modules and packages, paths of files
            and folders, classes of models, whose fields count. A change of any begins a new evidence window.
        deferred: The side that does not answer runs later, in a worker: its caller waits for one side alone. It gets
            the arguments as they were at the call, and finds everything else as it is by then. Not for money, nor for
            results that are secrets, nor with a noise check. See :mod:`migration_harness.seams.deferred`.
        foreseen: Arguments that say of a call what it would be if the candidate answered, see Note [Foreseen].
        shared: Functions that both sides call and that need no oracle, each with the reason; a system check names
            every other one, see :mod:`migration_harness.seams.shared_code`.

    Where the side that does not answer fails :data:`~migration_harness.seams.breaker.FAILURES_TO_OPEN` times in a
    row, a process stops comparing for a while; see :mod:`migration_harness.seams.breaker`. A money seam has no
    breaker: there is no charge without its evidence.
    """

    def __init__(
        self,
        *,
        name: str,
        flag: str,
        control: Callable[P, R],
        candidate: Callable[P, R],
        subject: Callable[..., Any],
        group_by: Callable[..., Sequence[str]] = _no_group,
        account_plan: Callable[..., str] | None = None,
        run_if: Callable[..., bool] | None = None,
        explain: Sequence[Explanation] = (),
        errors: tuple[type[Exception], ...] = (),
        clean: Callable[[R], Any] | None = None,
        measure: str | None = None,
        money: bool = False,
        pure: bool = False,
        budget_ms: float | None = None,
        noise_check_bps: int = 0,
        unordered: Sequence[str] = (),
        tolerance: Mapping[str, Tolerance] | None = None,
        ignore: Sequence[Ignore] = (),
        runs_on: Sequence[RunsOn] = (),
        foreseen: Sequence[str] = (),
        deferred: bool = False,
        shared: Mapping[Callable[..., Any], str] | None = None,
    ) -> None:
        self.runs_on = tuple(runs_on)
        self.declared_in = _declaring_modules()
        self.shared = dict(shared or {})
        if not all(reason.strip() for reason in self.shared.values()):
            raise HarnessMisconfigured(f"The seam {name} shares code without a reason. Say why it needs no oracle.")
        _refuse_unfit(name, money=money, noise_check=noise_check_bps > 0, run_if=run_if is not None, deferred=deferred)
        refuse_unfinished(
            name,
            control=control,
            candidate=candidate,
            subject=subject,
            group_by=group_by,
            account_plan=account_plan,
            run_if=run_if,
            clean=clean,
        )
        refuse_unheard(name, foreseen, control=control, candidate=candidate)
        self.name = name
        self.flag = flag
        self.foreseen = frozenset(foreseen)
        self.measure = measure
        self.money = money
        self.pure = pure
        self.deferred = deferred
        self.is_strict = money or pure
        """Whether the other side must never get an argument that the caller holds as well."""
        self.revision = ""
        """What its comparisons are evidence for; given at the first, see :mod:`migration_harness.seams.revisions`."""
        root = measure or "result"
        self.criteria = Criteria(
            explanations=tuple(explain),
            errors=errors,
            root=root,
            allowances=allowances_of(
                seam=name, root=root, money=money, unordered=unordered, tolerance=tolerance or {}, ignore=ignore
            ),
            passing=passing_classes(),
        )
        self.breaker = Breaker()
        self.control = control
        self.candidate = candidate
        self.binding = Binding(control)
        self.subject = self.binding.adapted(subject)
        self.group_by = self.binding.adapted(group_by)
        self.account_plan = None if account_plan is None else self.binding.adapted(account_plan)
        self.run_if = None if run_if is None else self.binding.adapted(run_if)
        # The hot path, for a call by name: these as they were declared, where they need neither binding nor guard.
        self.declared_subject = subject
        self.declared_group_by = group_by
        self.declared_account_plan = account_plan
        self.declared_run_if = run_if
        self.subject_is_direct = self._is_direct(subject)
        self.dimensions_are_direct = self._is_direct(group_by) and (
            account_plan is None or self._is_direct(account_plan)
        )
        self.known_groups: set[tuple[str, ...]] = set()
        self.judging = Judging(
            seam=name, criteria=self.criteria, clean=clean, budget_ms=budget_ms, noise_check_bps=noise_check_bps
        )
        self.budget_ns = self.judging.budget_ns
        # What the hot path asks: whether to look closer at equal values, and whether the breaker is open.
        self.looks_closely = not self.judging.is_plain
        self.is_tripped = False
        self.__name__ = getattr(candidate, "__name__", name)
        self.__qualname__ = getattr(candidate, "__qualname__", name)
        self.__doc__ = candidate.__doc__
        with suppress(TypeError, ValueError):
            # Of some builtins none can be read.
            self.__signature__ = signature(candidate)
        seams.add(self)
        self.declared()

    def declared(self) -> None:
        """Do what a kind of seam does once it is declared."""

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., R]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """Be a method in a class, as the functions are that it stands for: ``self`` is the first argument of both."""
        return self if instance is None else MethodType(self, instance)  # type: ignore[arg-type]  # Kinds of it can.

    def _is_direct(self, declared: Callable[..., Any]) -> bool:
        return self.binding.is_direct(declared) and not needs_guard(declared)

    def __repr__(self) -> str:
        return f"<Seam {self.name}>"


def _refuse_unfit(name: str, *, money: bool, noise_check: bool, run_if: bool, deferred: bool) -> None:
    """Raise HarnessMisconfigured where what a seam says does not go together."""
    if money and noise_check:
        raise HarnessMisconfigured(f"The money seam {name} has a noise check: only the oracle explains money.")
    if money and run_if:
        raise HarnessMisconfigured(f"The money seam {name} has run_if: there is no charge without its evidence.")
    if deferred and (money or noise_check):
        why = "a charge needs its evidence with it" if money else "its noise check would ask the control later"
        raise HarnessMisconfigured(f"The seam {name} cannot be deferred: {why}.")


def _declaring_modules() -> tuple[str, ...]:
    """Return the modules that are making a seam: that of the call, and those that called it, to the import."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  What ``inspect`` gives would read every source.
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith("migration_harness.") and name not in found:
            found.append(name)
        if frame.f_code.co_name == "<module>":
            break
        frame = frame.f_back
    return tuple(found)
