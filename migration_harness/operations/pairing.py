"""What two runs of one operation call the same thing by: keys of new rows, names of new files, the operation's own id.

A sequence gives each run other keys, and a name that is made of the operation's id is another one too. They are paired
by the order in which they came; then a value of one run that stands where the other run has its pair is no difference.
So a key is never taken for another number that happens to be the same.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from migration_harness.operations.effects import Change, Row, StepKind
from migration_harness.operations.recording import Recording

_DIGEST: Final = re.compile(r"[0-9a-f]{8,}")
"""In a file's name: what is made of an id or of a content."""


class Pairs:
    """The names of one run, each with the other run's."""

    def __init__(self, control: Recording, candidate: Recording) -> None:
        self._pairs: set[tuple[str, str]] = set()
        """Values that are a name, whole."""
        self._texts: list[tuple[str, str]] = []
        """Names that stand in texts too."""
        self._pairs.update(_keys_by_model(control, candidate))
        self._say(control.operation_id, candidate.operation_id)
        for ours, theirs in zip(_files(control), _files(candidate), strict=False):
            if _DIGEST.sub("", ours) == _DIGEST.sub("", theirs):
                self._say(ours, theirs)

    def aligned(self, control: Any, candidate: Any) -> Any:
        """Return the candidate's value, with the control's own name wherever both name the same."""
        match control, candidate:
            case dict(), dict():
                return {name: self.aligned(control[name], v) if name in control else v for name, v in candidate.items()}
            case list(), list():
                pairs = zip(control, candidate, strict=False)
                return [self.aligned(one, other) for one, other in pairs] + candidate[len(control) :]
        if control == candidate:
            return candidate
        if type(control) is type(candidate) and (str(control), str(candidate)) in self._pairs:
            return control
        return self._named(candidate) if isinstance(candidate, str) else candidate

    def _named(self, text: str) -> str:
        for ours, theirs in self._texts:
            text = text.replace(theirs, ours)
        return text

    def _say(self, ours: str, theirs: str) -> None:
        if ours and theirs and ours != theirs:
            self._texts.append((ours, theirs))


def _keys_by_model(control: Recording, candidate: Recording) -> Iterator[tuple[str, str]]:
    ours, theirs = _new_rows(control), _new_rows(candidate)
    for model in ours.keys() & theirs.keys():
        yield from ((one.key, other.key) for one, other in zip(ours[model], theirs[model], strict=False))


def _new_rows(recording: Recording) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in recording.rows:
        if row.change is Change.INSERTED:
            found.setdefault(row.model, []).append(row)
    return found


def _files(recording: Recording) -> list[str]:
    return [step.name for step in recording.steps_of(StepKind.FILE)]
