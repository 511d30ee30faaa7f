"""``harness status``: where the migration stands."""

from django.utils import timezone

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.evidence import print_findings
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.rollout.standing import gates_by_phase
from migration_harness.wording import age, cohort_text, counted


@verb()
def status(*, json: Json = False) -> None:
    """Show phases, flags, comparisons, what they prove, open discrepancies and drift."""
    if json:
        print_json(queries.status(gates=gates_by_phase()))
        return
    out = console()
    _print_phases(out)
    _print_flags(out)
    _print_seams(out)
    _print_breakers(out)
    _print_dropped(out)
    out.print()
    print_findings(out, queries.evidence_by_phase())
    _print_silent(out)
    waiting = queries.needs_review(queries.discrepancies())
    if not any(seam.comparisons for seam in queries.seam_statuses()):
        out.print()
        out.print("Nothing has been compared yet: nobody knows whether anything differs.")
    elif waiting:
        need = "1 discrepancy needs" if waiting == 1 else f"{waiting:,} discrepancies need"
        out.print()
        out.print(warning(f"{need} a review:"), "harness discrepancies list")
    else:
        out.print()
        out.print("No discrepancy needs a review.")
    _print_approvals(out)
    _print_drift(out)


def _print_phases(out: Screen) -> None:
    rows = table("Phase", "Name", "State", "Gates", "Risk", "Flags", numbers=("Phase", "Gates"))
    gates = gates_by_phase()
    for found in queries.phase_statuses():
        flags = ", ".join(flag.name for flag in found.phase.flags)
        rows.add_row(
            str(found.phase.number),
            found.phase.name,
            found.state.replace("_", " "),
            "{open} of {total}".format(**gates[found.phase.number]),
            found.phase.risk,
            flags,
        )
    out.print(rows)


def _print_flags(out: Screen) -> None:
    rows = table("Flag", "Everybody else", "Cohort's stage", "Cohort", "Epoch", numbers=("Epoch",))
    for flag in queries.flag_statuses():
        rows.add_row(flag.name, flag.baseline, flag.stage, cohort_text(flag), str(flag.epoch))
    out.print()
    out.print(rows)


def _print_seams(out: Screen) -> None:
    shown = (
        "match",
        "intended",
        "mismatch",
        "candidate_error",
        "control_error",
        "both_error",
        "timeout",
        "blocked",
    )
    titles = ("Match", "Intended", "Mismatch", "Cand. error", "Contr. error", "Both", "Timeout", "Blocked")
    numbers = ("Compared", *titles, "Legacy", "New")
    rows = table("Seam", *numbers, numbers=numbers)
    for seam in queries.seam_statuses():
        sums = ("", "")
        if seam.measure:
            sums = (
                f"{queries.plain(seam.control_sum)} {seam.measure}",
                f"{queries.plain(seam.candidate_sum)} {seam.measure}",
            )
        compared = f"{seam.comparisons:,}" if seam.comparisons else "nothing"
        rows.add_row(seam.name, compared, *(f"{seam.verdicts[v]:,}" for v in shown), *sums)
    out.print()
    out.print(rows)


def _print_silent(out: Screen) -> None:
    if found := queries.silent(queries.heard(now=timezone.now())):
        out.print()
    for each in found:
        out.print(warning("silent"), each.sentence)


def _print_breakers(out: Screen) -> None:
    for seam, count in queries.open_breakers().items():
        processes = "1 process" if count == 1 else f"{count:,} processes"
        out.print(
            warning(f"{seam} is not compared in {processes}:"),
            "the side that does not answer failed again and again. "
            "See harness discrepancies list; each process tries again by itself.",
        )


def _print_dropped(out: Screen) -> None:
    for seam, count in queries.dropped_comparisons().items():
        matches = "1 match was" if count == 1 else f"{count:,} matches were"
        told = warning(f"{matches} not recorded on {seam}:")
        out.print(told, "a buffer was full. No difference is dropped so.")
    for seam, count in queries.comparisons_set_aside().items():
        comparisons = "1 comparison" if count == 1 else f"{count:,} comparisons"
        out.print(
            warning(f"{comparisons} of {seam} could not be written:"),
            "the event harness.comparison_set_aside says why.",
        )


def _print_approvals(out: Screen) -> None:
    for found in queries.not_countersigned():
        told = f"{found.used_by} passed approval {found.pk} ({found.act} {found.subject}) alone, not countersigned:"
        out.print(warning(told), f"harness approvals countersign {found.pk}")
    if awaited := queries.approvals_awaited(now=timezone.now()):
        out.print(bold(f"{counted(len(awaited), 'approval')} awaited:"), "harness approvals")


def _print_drift(out: Screen) -> None:
    drifted = [each for each in queries.drift_statuses() if each.open]
    if not drifted:
        out.print("0 writes have reached one store only.")
        return
    count = queries.open_drift(drifted)
    writes = "1 write has" if count == 1 else f"{count:,} writes have"
    out.print(warning(f"{writes} reached one store only:"), "harness reconcile")
    numbers = ("Keys", "Not repaired", "Oldest")
    rows = table("Seam", "Flag", *numbers, numbers=numbers)
    for each in drifted:
        oldest = "" if each.oldest_seconds is None else age(each.oldest_seconds)
        rows.add_row(each.seam, each.flag or "(no such seam)", f"{each.open:,}", f"{each.failed:,}", oldest)
    out.print(rows)
