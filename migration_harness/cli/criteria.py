"""``harness criteria``: whether the migration is complete, and what is still missing."""

from dataclasses import asdict

from django.utils import timezone
from typer import Exit

from migration_harness.cli.acting import verb
from migration_harness.cli.output import FAILED, Json, console, print_json
from migration_harness.cli.screen import Screen, bold, good, warning
from migration_harness.evidence.findings import Answer
from migration_harness.rollout.criteria.answering import Completion, completion
from migration_harness.wording import counted


@verb()
def criteria(*, json: Json = False) -> None:
    """Answer each line by which the migration is complete from evidence; exit code 1 while one does not hold."""
    found = completion(now=timezone.now())
    if json:
        print_json(asdict(found))
    else:
        _print(console(), found)
    if not found.complete:
        raise Exit(FAILED)


def _print(out: Screen, found: Completion) -> None:
    for each in found.criteria:
        styled = good if each.answer is Answer.OPEN else warning
        out.print(styled(each.answer), bold(each.words), f"({each.name})")
        out.print(f"  {each.sentence}")
        if each.remedy:
            out.print(f"  To do: {each.remedy}")
    out.print()
    missing = sum(each.answer is not Answer.OPEN for each in found.criteria)
    out.print("The migration is complete." if found.complete else f"Not complete: {counted(missing, 'line')} missing.")
