"""What the pages of rollouts show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboards.commands import Command
from dashboards.labels import Label
from dashboards.rollouts.commands import rollout_commands, taken_percent
from dashboards.rollouts.history import Happened, history_of
from dashboards.rollouts.labels import READINGS, label_of, label_of_step
from migration_harness.exceptions import NoRollout
from migration_harness.queries import FlagStatus
from migration_harness.rollout.budget import BudgetStatus, budget_status
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.preview import StepPreview
from migration_harness.rollout.status import GuardStatus, RolloutStatus, StepStatus, rollout_status, rollouts
from migration_harness.rollout.who import who_is_in
from migration_harness.wording import age, counted, percent

MOST: Final = 100
"""Rollouts of the list, those under way first; the API has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRow:
    """A rollout in one line."""

    found: RolloutStatus
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step: where it is, who is in it, and what it has of what it needs; ``returns_to`` is how a form names it."""

    status: StepStatus
    label: Label
    share: str
    who: str
    soaked: str
    compared: str
    returns_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRow:
    """A guard, what it read, and the numbers behind that, ``name value``."""

    status: GuardStatus
    label: Label
    numbers: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPage:
    """The rollout of a flag that is under way, else its newest one; ``found`` is None where there was none."""

    flag: FlagStatus
    found: RolloutStatus | None
    label: Label | None
    steps: list[StepRow]
    guards: list[GuardRow]
    budget: BudgetStatus | None
    history: list[Happened]
    commands: list[Command]

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self.found is not None and self.found.ended_at is None

    @property
    def outcome(self) -> Mapping[str, Any] | None:
        """Who obeyed the rollback that ended it, as the page of a flag tells it; None where that is not known."""
        proof = self.found.proof if self.found is not None else None
        return {"sentence": "It has ended with a rollback.", "proof": proof} if proof and "epoch" in proof else None

    @property
    def unproven(self) -> str:
        """Why nobody knows who obeyed; empty where that is known."""
        proof = self.found.proof if self.found is not None else None
        return str(proof.get("missing", "")) if proof else ""


def rollout_rows() -> tuple[list[RolloutRow], int]:
    """Return the rollouts of the list, and how many more there are."""
    found = rollouts()
    rows = [RolloutRow(found=each, label=label_of(each)) for each in found[:MOST]]
    return rows, max(0, len(found) - MOST)


def rollout_page(flag: FlagStatus) -> RolloutPage:
    """Return what the page of a flag's rollout shows."""
    try:
        found = rollout_status(flag.name)
    except NoRollout:
        commands = rollout_commands(flag.name, None)
        return RolloutPage(
            flag=flag, found=None, label=None, steps=[], guards=[], budget=None, history=[], commands=commands
        )
    return RolloutPage(
        flag=flag,
        found=found,
        label=label_of(found),
        steps=_steps(found),
        guards=[_guard(each) for each in found.guards],
        budget=budget_status(flag.name),
        history=history_of(found),
        commands=rollout_commands(flag.name, found),
    )


def who_text(step: StepPreview, *, of: int) -> str:
    """Return who is in a step: how many, and the first of those who come with it."""
    named = ", ".join(account.name for account in step.named)
    more = step.joining - len(step.named)
    joining = f"; {step.joining:,} with it: {named}" if step.joining else "; nobody comes with it"
    rest = f" and {more:,} more" if more > 0 else ""
    held = f"; {step.held_back:,} of them held back by a required flag" if step.held_back else ""
    return f"{step.accounts:,} of {counted(of, 'account')}{joining}{rest}{held}"


def _steps(found: RolloutStatus) -> list[StepRow]:
    who = who_is_in(found)
    texts = [""] * len(found.steps) if who is None else [who_text(each, of=who.all_accounts) for each in who.steps]
    is_open = found.ended_at is None
    return [_step(step, text, is_open=is_open) for step, text in zip(found.steps, texts, strict=True)]


def _step(step: StepStatus, who: str, *, is_open: bool) -> StepRow:
    cut = step.taken_bps is not None and step.taken_bps != step.share_bps
    compared = "" if step.compared is None else f"{step.compared:,} of {counted(step.sample, 'comparison')}"
    return StepRow(
        status=step,
        label=label_of_step(step, is_open=is_open),
        share=f"{percent(step.taken_bps or 0)} of {percent(step.share_bps)}" if cut else percent(step.share_bps),
        who=who,
        soaked=f"{age(step.soaked_seconds)} of {age(step.soak_seconds)}",
        compared=compared or f"{counted(step.sample, 'comparison')} needed",
        returns_to=taken_percent(step.taken_bps) if is_open and step.is_proven and not step.is_now else "",
    )


def _guard(found: GuardStatus) -> GuardRow:
    return GuardRow(
        status=found,
        label=READINGS[Reading(found.reading)],
        numbers=[f"{name} {value}" for name, value in found.numbers.items()],
    )
