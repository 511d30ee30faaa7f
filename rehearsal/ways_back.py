"""The way back of a phase without a flag: what it has put into the database goes, and comes back."""

from typing import Any, Final

from rehearsal.place import Place

SWITCH: Final = "harness-shadow"
"""Whether operations are run again on both sides."""
WHY: Final = ("--reason", "to see that it works")


def take_back(place: Place, phase: int) -> str:
    """Undo the schema of a phase, do every operation without it, and go forward again; returns what was seen.

    Every flag is off meanwhile.
    """
    copy = place.folder / f"phase-{phase}.backup"
    copy.unlink(missing_ok=True)
    # Without its tables no candidate could do what the other side does.
    place.manage("waffle_switch", SWITCH, "off", "--create")
    place.harness("rollback", "--phase", str(phase), "--backup", str(copy), "--yes", *WHY)
    place.drive("paths", "1", f"without phase {phase}")
    place.harness("migrate", "--pre", *WHY)
    restored: dict[str, Any] = place.asked("legacy", "restore", str(copy), "--overwrite", "--yes", *WHY)
    place.manage("waffle_switch", SWITCH, "on")
    parts = restored["parts"]
    return (
        f"taken back and brought forward: every operation on each execution path without it, then "
        f"{sum(each['equal'] + each['gone'] for each in parts):,} rows in {len(parts)} parts as before"
    )
