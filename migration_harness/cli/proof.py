"""How a proof of a flip is printed: who obeyed after how long, who was fenced, who did not."""

from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.control.rollback import ProvenFlip

MOST_NAMED = 20
"""Acknowledgements that are listed; the fastest and the slowest tell enough of more."""


def print_proof(out: Screen, proven: ProvenFlip) -> None:
    """Print what is known of the processes."""
    proof = proven.proof
    count = len(proof.acknowledged)
    told = (
        f"{count} processes acknowledged"
        if count or proof.fenced or proof.late
        else "no process held a lease, none had to be told"
    )
    out.print(f"  epoch           {proof.epoch}, in {proof.waited_ms:.0f} ms: {told}")
    for each in proof.acknowledged[-MOST_NAMED:]:
        open_text = f", {each.open_units} units of work open" if each.open_units else ""
        out.print(f"    {each.after_ms:6.0f} ms     {each.process}{open_text}")
    if count > MOST_NAMED:
        out.print(f"    … and {count - MOST_NAMED} faster ones")
    for process in proof.fenced:
        out.print(
            bold("  fenced         "), f"{process}: its lease ran out, it decides by this epoch before anything else"
        )
    for name in proven.ended:
        out.print(
            bold("  ended          "),
            f"{name}: it held what the flip needs for more than a second; what it had not committed is gone",
        )
    for process in proof.late:
        told = f"{process}: it renews its lease without loading the flags. Stop it."
        out.print(warning("  not acknowledged"), told)
