"""What differs, in words.

Note [Both sides wrong]: where both sides agree and the oracle says otherwise, the recorded difference is
between the oracle's answer and the candidate's, under a path that ends in the oracle's name. The value
under ``control`` is then the expected one; the control's own equals the candidate's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from migration_harness import queries
from migration_harness.api import Oracle
from migration_harness.queries import Discrepancy

KINDS: Final = {
    "missing": "missing on the candidate",
    "extra": "on the candidate only",
    "type": "another type",
    "value": "another value",
    "order": "another order",
    "length": "another length",
}


def differing(found: Discrepancy) -> str:
    """Return the fields in which both sides differ, in a few words."""
    if oracle := oracle_against_both(found.seam, found.paths):
        return f"both sides against the {oracle}"
    return ", ".join(found.paths) or "–"


def oracle_against_both(seam_name: str, paths: Sequence[str]) -> str | None:
    """Return the name of the oracle that contradicts both sides, see Note [Both sides wrong]."""
    seam = queries.seam_named(seam_name)
    for explanation in seam.criteria.explanations if seam else ():
        root = f"{seam.criteria.root}.{explanation.name}" if seam else ""
        if isinstance(explanation, Oracle) and paths and all(path.startswith(root) for path in paths):
            return explanation.name
    return None


def sentence(found: Discrepancy, differences: Sequence[Mapping[str, Any]]) -> str:
    """Return what happened, in one sentence. ``differences`` are those of a sample, empty without one."""
    fields = ", ".join(found.paths) or "their answers"
    control, candidate = _raised(differences, "control"), _raised(differences, "candidate")
    match found.verdict:
        case "intended":
            return f"Both sides differ in {fields}, as intended."
        case "candidate_error":
            return f"The candidate raised {candidate}; the control raised {control}."
        case "control_error":
            return f"The control raised {control}, which the seam does not declare; the candidate raised {candidate}."
        case "both_error":
            return f"Both sides raised {control}, which the seam declares."
        case "timeout":
            return "The candidate took longer than its budget."
        case "blocked":
            return "The side that does not answer tried a side effect. It was refused."
    if oracle := oracle_against_both(found.seam, found.paths):
        return f"Both sides answer the same, and the {oracle} says otherwise."
    if found.paths == ("raised",):
        return f"The control raised {control}; the candidate raised {candidate}."
    return f"Both sides differ in {fields}, and nothing explains it."


def _raised(differences: Sequence[Mapping[str, Any]], side: str) -> str:
    """Return the class of the error of one side."""
    for difference in differences:
        if difference["path"] == "raised":
            return str(difference[side]) or "nothing"
    return "an error that no sample names"


def value_text(value: Any) -> str:
    """Return a recorded value: whole numbers with thousands separators, everything else as it was kept."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value:,}"
        case Mapping():
            return ", ".join(f"{key}: {value_text(inner)}" for key, inner in value.items()) or "nothing"
        case list():
            return ", ".join(map(value_text, value)) or "nothing"
        case _:
            return str(value)
