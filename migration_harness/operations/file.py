"""Recorded operations in a file: as one revision does them, for another one to be tried on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from migration_harness.deciding.snapshot import FlagState
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import OperationsUnreadable
from migration_harness.operations import world
from migration_harness.operations.effects import Step
from migration_harness.operations.trying import Case

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One operation in a file: how to run it, and what the revision that wrote the file did."""

    case: Case
    effects: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsFile:
    """What a file holds.

    Attributes:
        revision: The revision that wrote it.
        epoch: The epoch of its flags.
        flags: The flags by which it decided.
        shared: The rows that all operations read.
        carried: The operations.
    """

    revision: str
    epoch: int
    flags: tuple[FlagState, ...]
    shared: world.Rows
    carried: tuple[Carried, ...]

    def write(self, path: Path) -> None:
        """Write it, whole or not at all; a device or a pipe is written to, never replaced. Raises OSError."""
        told = {
            "format": FORMAT,
            "revision": self.revision,
            "epoch": self.epoch,
            "flags": [_flag_as_json(flag) for flag in self.flags],
            "shared": self.shared,
            "operations": [_as_json(each) for each in self.carried],
        }
        text = json.dumps(told, indent=1, sort_keys=True) + "\n"
        if path.exists() and not path.is_file():
            path.write_text(text)
            return
        draft = path.with_name(f"{path.name}.part")
        draft.write_text(text)
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read it. Raises OperationsUnreadable."""
        try:
            told = json.loads(path.read_text())
            if told["format"] != FORMAT:
                raise OperationsUnreadable(
                    f"{path} has the format {told['format']!r}, and this revision reads {FORMAT}. Export it anew."
                )
            return cls(
                revision=told["revision"],
                epoch=told["epoch"],
                flags=tuple(_flag(each) for each in told["flags"]),
                shared=told["shared"],
                carried=tuple(_carried(each) for each in told["operations"]),
            )
        except OSError as error:
            raise OperationsUnreadable(f"{path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OperationsUnreadable(
                f"{path} holds no recorded operations ({type(error).__name__}). "
                "Make such a file: harness operations export FILE"
            ) from None


def _as_json(carried: Carried) -> dict[str, Any]:
    case = carried.case
    return {
        "kind": case.kind,
        "operation_id": case.operation_id,
        "execution_path": case.execution_path,
        "inputs": case.inputs,
        "rows": case.rows,
        "answers": [step.as_json() for step in case.answers],
        "effects": carried.effects,
    }


def _carried(told: Mapping[str, Any]) -> Carried:
    case = Case(
        kind=told["kind"],
        operation_id=told["operation_id"],
        execution_path=told["execution_path"],
        inputs=told["inputs"],
        rows=told["rows"],
        answers=tuple(map(Step.from_json, told["answers"])),
    )
    return Carried(case=case, effects=told["effects"])


def _flag_as_json(flag: FlagState) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(flag).items()}


def _flag(told: Mapping[str, Any]) -> FlagState:
    own = {"stage": Stage(told["stage"]), "baseline": Stage(told["baseline"]), "requires": tuple(told["requires"])}
    members = {name: frozenset(told[name]) for name in ("included", "excluded")}
    return FlagState(**{**told, **own, **members})
