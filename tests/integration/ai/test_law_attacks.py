"""Laws against mistakes of their own kind: a recording of a right operation, with one thing in it made wrong."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from igny8_core.effects import OPERATIONS as DECLARED
from igny8_core.effects.seen import ENTRY, LOG
from migration_harness.operations.effects import Row, Step, StepKind
from migration_harness.operations.keeping import recording_of
from migration_harness.operations.laws import judge

from .test_laws import account, do  # noqa: F401  Fixtures.

IMAGE = "writer.Image"
Recorded = Any
Attack = Callable[[Recorded], Recorded]


def rows(recording: Recorded, change: Callable[[Row], Iterable[Row]]) -> Recorded:
    return replace(recording, rows=tuple(new for row in recording.rows for new in change(row)))


def steps(recording: Recorded, change: Callable[[Step], Iterable[Step]]) -> Recorded:
    return replace(recording, steps=tuple(new for step in recording.steps for new in change(step)))


def column(model: str, name: str, value: Any) -> Attack:
    """Another value in a column of what was inserted into a table."""

    def change(row: Row) -> Iterable[Row]:
        is_meant = row.model == model and row.change == "inserted"
        yield replace(row, after={**row.after, name: value}) if is_meant else row

    return lambda recording: rows(recording, change)


def without(model: str) -> Attack:
    return lambda recording: rows(recording, lambda row: [] if row.model == model else [row])


def twice(model: str) -> Attack:
    """Each inserted row once more, under an id and, where it has one, an operation id of its own."""

    def change(row: Row) -> Iterable[Row]:
        yield row
        if row.model == model and row.change == "inserted":
            yield replace(row, after={**row.after, "id": row.after["id"] + 10_000})

    return lambda recording: rows(recording, change)


def balance_told(**facts: Any) -> Attack:
    def change(step: Step) -> Iterable[Step]:
        yield replace(step, payload={**step.payload, **facts}) if step.kind is StepKind.NOTED else step

    return lambda recording: steps(recording, change)


def checked_last(recording: Recorded) -> Recorded:
    """The provider was asked, and then somebody looked at the balance."""
    return replace(recording, steps=tuple(sorted(recording.steps, key=lambda step: step.kind is StepKind.NOTED)))


def checked_once(recording: Recorded) -> Recorded:
    """One look at the balance for all that is asked."""
    noted = [step for step in recording.steps if step.kind is StepKind.NOTED]
    return replace(recording, steps=tuple(step for step in recording.steps if step not in noted[1:]))


def on_the_wire(**body: Any) -> Attack:
    """Another body was sent; None leaves a field out."""

    def change(step: Step) -> Iterable[Step]:
        if step.kind is StepKind.SENT:
            sent = {name: value for name, value in {**step.payload["body"], **body}.items() if value is not None}
            step = replace(step, payload={**step.payload, "body": sent})
        yield step

    return lambda recording: steps(recording, change)


def failed(recording: Recorded) -> Recorded:
    return replace(recording, error="MalformedAnswer", outcome=None)


def failed_at_the_provider(recording: Recorded) -> Recorded:
    """The provider refused, and what it had made none of was charged and kept all the same."""

    def change(step: Step) -> Iterable[Step]:
        yield replace(step, answer={"status": 500, "headers": {}, "body": {}}) if step.kind is StepKind.SENT else step

    return steps(recording, change)


def one_file(recording: Recorded) -> Recorded:
    (first, *_) = (step.name for step in recording.steps if step.kind is StepKind.FILE)
    return column(IMAGE, "file", first)(recording)


def tokens_swapped(recording: Recorded) -> Recorded:
    (log,) = recording.inserted(LOG)
    swapped = column(LOG, "tokens_input", log["tokens_output"])(recording)
    return column(LOG, "tokens_output", log["tokens_input"])(swapped)


def one_id(recording: Recorded) -> Recorded:
    """The outcome of images that were asked for under one id: the second one is the first."""
    images = recording.outcome["images"]
    return replace(recording, outcome={**recording.outcome, "images": [images[0], *images[:-1]]})


ATTACKS: dict[str, dict[str, tuple[Attack, str]]] = {
    "clustering": {
        "a deduction of zero": (column(ENTRY, "amount", 0), "one_charge_for_what_was_made"),
        "an adjustment": (column(ENTRY, "transaction_type", "adjustment"), "one_charge_for_what_was_made"),
        "charged twice": (twice(ENTRY), "one_charge_for_what_was_made"),
        "not charged": (without(ENTRY), "one_charge_for_what_was_made"),
        "charged after it failed": (failed, "one_charge_for_what_was_made"),
        "charged without an answer": (failed_at_the_provider, "one_charge_for_what_was_made"),
        "other credits in the log": (column(LOG, "credits_used", 999), "one_charge_for_what_was_made"),
        "another account pays": (column(ENTRY, "account_id", 999_999), "the_payer_pays"),
        "another account in the log": (column(LOG, "account_id", 999_999), "the_payer_pays"),
        "an id that is another each time": (column(ENTRY, "operation_id", "6f1c"), "the_payer_pays"),
        "no id": (column(ENTRY, "operation_id", None), "the_payer_pays"),
        "another amount than the balance": (column(ENTRY, "amount", -7), "balance_follows_the_ledger"),
        "usage not logged": (without(LOG), "usage_on_every_path"),
        "usage logged twice": (twice(LOG), "usage_on_every_path"),
        "usage of another operation": (column(LOG, "operation_type", "idea_generation"), "usage_on_every_path"),
        "tokens swapped": (tokens_swapped, "usage_is_what_was_answered"),
        "no tokens": (column(LOG, "tokens_input", 0), "usage_is_what_was_answered"),
        "another model in the log": (column(LOG, "model_used", "gpt-4o"), "usage_is_what_was_answered"),
        "a cost per thousand": (column(LOG, "cost_usd", "0.100000"), "cost_is_what_the_provider_charges"),
        "no cost": (column(LOG, "cost_usd", None), "cost_is_what_the_provider_charges"),
        "the balance seen too late": (checked_last, "balance_before_provider"),
        "another balance seen": (balance_told(account=999_999), "balance_before_provider"),
        "a check of nothing": (balance_told(cost=0), "balance_before_provider"),
        "a balance that is too low": (balance_told(credits=0), "balance_before_provider"),
    },
    "image_generation": {
        "a deduction of zero": (column(ENTRY, "amount", 0), "one_charge_per_image"),
        "charged twice": (twice(ENTRY), "one_charge_per_image"),
        "images charged that were not kept": (without(IMAGE), "one_charge_per_image"),
        "one id for two images": (one_id, "one_charge_per_image"),
        "two images for one charge": (twice(IMAGE), "one_charge_per_image"),
        "no log": (without(LOG), "one_charge_per_image"),
        "logged twice": (twice(LOG), "usage_on_every_path"),
        "charged though the provider failed": (failed_at_the_provider, "usage_on_every_path"),
        "of another account": (column(IMAGE, "account_id", 999_999), "the_payer_pays"),
        "another model in the log": (column(LOG, "model_used", "google:4@2"), "usage_is_what_was_answered"),
        "a cost per thousand": (column(LOG, "cost_usd", "0.000040"), "cost_is_what_the_provider_charges"),
        "no cost": (column(LOG, "cost_usd", None), "cost_is_what_the_provider_charges"),
        "one check for all": (checked_once, "balance_before_provider"),
        "one file for all": (one_file, "no_two_files_share_a_path"),
        "a file that is not there": (column(IMAGE, "file", "images/none.png"), "no_two_files_share_a_path"),
        "another size": (on_the_wire(size="256x256"), "size_is_the_models"),
        "no size": (on_the_wire(size=None), "size_is_the_models"),
        "another size, another text": (on_the_wire(size="256x256", prompt="oak, in oil"), "size_is_the_models"),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", ATTACKS)
class TestLaws:
    def test_hold_of_what_was_right_and_are_broken_by_each_attack(self, do, kind):  # noqa: F811
        recording = recording_of(do(kind))

        def broken(attacked):
            return {each.law.name for each in judge(attacked, DECLARED.laws_for(kind)) if each.breaches}

        assert broken(recording) == set()
        missed = {name: broken(attack(recording)) for name, (attack, law) in ATTACKS[kind].items()
                  if law not in broken(attack(recording))}  # fmt: skip
        assert missed == {}

    def test_are_each_attacked(self, kind):
        attacked = {law for attacks in ATTACKS.values() for _, law in attacks.values()}
        assert {law.name for law in DECLARED.laws_for(kind)} <= attacked
