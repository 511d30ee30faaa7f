"""``harness evidence``: what was compared in the evidence window that is now, and what it proves."""

from dataclasses import asdict
from typing import Annotated

from typer import Argument

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import Screen, bold
from migration_harness.queries import PhaseEvidence, SeamEvidence, StratumEvidence
from migration_harness.wording import at_most


@verb()
def evidence(
    seam: Annotated[str | None, Argument(help="Only this seam and the strata that it has compared.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show for each seam the bound of its mismatch ratio, and for each expected stratum what was compared of it."""
    found = queries.evidence_by_phase() if seam is None else [queries.evidence_of_seam(seam)]
    if json:
        print_json([asdict(phase) for phase in found])
        return
    out = console()
    for phase in found:
        out.print(bold(f"Phase {phase.number}: {phase.name}"))
        if seam is None and phase.gates:
            print_findings(out, [phase])
        _print_seams(out, phase.seams)
        _print_beginnings(out, phase.seams)
        if phase.strata:
            _print_strata(out, phase.strata)
        out.print()
    out.print("Evidence is of the present stage, and of what the candidate runs on: another one begins a new window.")


def print_findings(out: Screen, phases: list[PhaseEvidence]) -> None:
    """Print what the evidence of each phase answers to its gates, a line each."""
    rows = table("Phase", "Gate", "Answer", "Because", numbers=("Phase",))
    for phase in phases:
        for name, finding in phase.gates.items():
            rows.add_row(str(phase.number), name, finding.answer, finding.sentence)
    out.print(rows)


def _print_seams(out: Screen, seams: tuple[SeamEvidence, ...]) -> None:
    numbers = ("Compared", "Failures", "At most")
    rows = table("Seam", "Since (UTC)", *numbers, "Answer", "Because", numbers=numbers)
    for each in seams:
        rows.add_row(
            each.name,
            "" if each.since is None else f"{each.since:%Y-%m-%d %H:%M:%S}",
            f"{each.comparisons:,}",
            f"{each.failures:,}",
            "" if each.bound is None else at_most(each.bound),
            each.finding.answer,
            each.finding.sentence,
        )
    out.print(rows)


def _print_beginnings(out: Screen, seams: tuple[SeamEvidence, ...]) -> None:
    for each in seams:
        out.print(f"{each.name}: {each.began.sentence}")
        for sentence in each.not_followed:
            out.print(f"  Not followed: {sentence}")


def _print_strata(out: Screen, strata: tuple[StratumEvidence, ...]) -> None:
    numbers = ("Compared", "Unexplained")
    rows = table("Path", "Operation", "Model", "Seam", *numbers, "Answer", numbers=numbers)
    for each in strata:
        counts = ["no data" if count is None else f"{count:,}" for count in (each.comparisons, each.unexplained)]
        rows.add_row(each.execution_path, each.operation, each.model, each.seam, *counts, each.finding.answer)
    out.print(rows)
