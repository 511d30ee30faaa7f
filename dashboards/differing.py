"""What differs, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from migration_harness.comparing.errors import OF_OPERATIONS, PLACES
from migration_harness.queries import Discrepancy

Payload = Mapping[str, Any]
"""What a sample kept: ``differences``, ``call``, ``expected`` where an oracle knows the answer, ``notes`` if any."""

KINDS: Final = {
    "missing": "missing on the candidate",
    "extra": "on the candidate only",
    "type": "another type",
    "value": "another value",
    "order": "another order",
    "length": "another length",
}


_ALWAYS: Final = {
    "timeout": "The candidate took longer than its budget.",
    "blocked": "The side that does not answer tried a side effect. It was refused.",
}


def sentence(found: Discrepancy, payloads: Sequence[Payload]) -> str:
    """Return what happened, in one sentence that holds for every sample; ``payloads`` are theirs."""
    fields = ", ".join(found.unexpected) or "their answers"
    control, candidate = _raised(payloads, "control"), _raised(payloads, "candidate")
    match found.verdict:
        case "intended":
            return f"Both sides differ in {fields}, as intended."
        case "candidate_error":
            return f"The candidate raised {candidate}; the control raised {control}."
        case "control_error":
            return f"The control raised {control}, which the seam does not declare; the candidate raised {candidate}."
        case "both_error":
            return f"Both sides raised {control}, which the seam declares."
        case "timeout" | "blocked":
            return _ALWAYS[found.verdict]
        case "unlawful":
            return f"An operation breaks the law {fields}, whichever side answered."
    if found.paths == ("raised",):
        return f"The control raised {control}; the candidate raised {candidate}."
    if OF_OPERATIONS in found.paths:
        return f"The operation raised {control} as it was decided, and {candidate} on the target side."
    return _unexplained(fields, payloads)


def _unexplained(fields: str, payloads: Sequence[Payload]) -> str:
    agreeing = sum(both_wrong(payload) for payload in payloads)
    if payloads and agreeing == len(payloads):
        return "Both sides answer the same, and it is not what is expected."
    if agreeing:
        return f"Both sides differ in {fields} or agree on what is not expected, and nothing explains it."
    return f"Both sides differ in {fields}, and nothing explains it."


def both_wrong(payload: Payload) -> bool:
    """Tell whether both sides agree on something that the oracle contradicts."""
    found = payload["differences"]
    # What was cut, or could not be compared, looks alike and is not.
    return "expected" in payload and all(each["control"] == each["candidate"] and "note" not in each for each in found)


def notes_of(payloads: Sequence[Payload]) -> list[str]:
    """Return what is to be known besides, each sentence once."""
    return list(dict.fromkeys(note for payload in payloads for note in payload.get("notes", ())))


def _raised(payloads: Sequence[Payload], side: str) -> str:
    """Return the classes of the errors of one side."""
    names = {
        str(difference[side]) or "nothing"
        for payload in payloads
        for difference in payload["differences"]
        if difference["path"] in PLACES
    }
    return " or ".join(sorted(names)) or "an error that no sample names"


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
