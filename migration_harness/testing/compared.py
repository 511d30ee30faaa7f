"""A comparison as a test sees it: plain values, and never a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from migration_harness.comparing.comparator import Verdict
from migration_harness.comparing.difference import Kind
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import payload_of, render
from migration_harness.seams.sides import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One field in which both sides differ, as the log has it."""

    path: str
    kind: str
    control: Any
    candidate: Any
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.path}: {self._said()}{note}"

    def _said(self) -> str:
        match self.kind:
            case Kind.MISSING:
                return f"{_text(self.control)} is missing"
            case Kind.EXTRA:
                return f"{_text(self.candidate)} is extra"
            case _:
                return f"{_text(self.control)} became {_text(self.candidate)}, another {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A call in which both sides ran.

    Values are as a sample of the log keeps them: what JSON can hold, an object by its class and primary key, a
    Secret by its fingerprint.

    Attributes:
        seam: The name of the seam.
        verdict: What was found.
        account_id: Whose call it was; empty without an account.
        call: The arguments by name; empty for a plain match.
        control: What the control returned, or the error that it raised.
        candidate: What the candidate returned, or the error that it raised.
        differences: Where they differ.
        explanation: The name of what explains it, or what went wrong; empty where nothing does.
        notes: What else is to be known, in sentences.
    """

    seam: str
    verdict: Verdict
    account_id: str = ""
    call: Mapping[str, Any]
    control: Any
    candidate: Any
    differences: tuple[Differing, ...] = ()
    explanation: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, comparison: Comparison, sides: tuple[Any, Any] | None) -> Self:
        """Return a comparison with what both sides did; of an operation there are no such values."""
        payload = payload_of(comparison.judgement, comparison.call)
        control, candidate = sides or (None, None)
        return cls(
            seam=comparison.seam,
            verdict=comparison.verdict,
            account_id=comparison.account_id,
            call=payload["call"],
            control=control,
            candidate=candidate,
            differences=tuple(
                Differing(**{name: each[name] for name in Differing.__slots__ if name in each})
                for each in payload["differences"]
            ),
            explanation=comparison.judgement.explanation,
            notes=(
                *comparison.judgement.notes,
                *([f"The oracle says {_text(payload['expected'])}."] if "expected" in payload else []),
            ),
        )

    def __str__(self) -> str:
        """Return all that is known of it, a line for each."""
        said = f" ({self.explanation})" if self.explanation else ""
        call = ", ".join(f"{name}={_text(value)}" for name, value in self.call.items())
        return "\n".join(
            [
                f"{self.seam}({call}): {self.verdict}{said}",
                f"  control    {_text(self.control)}",
                f"  candidate  {_text(self.candidate)}",
                *(f"  differs    {each}" for each in self.differences),
                *(f"  note       {each}" for each in self.notes),
            ]
        )


def shown(side: Observed) -> Any:
    """Return what a side did: of an error its class, for its message may hold anything."""
    value, error, _, blocked = side
    if blocked is not None:
        return f"tried {blocked}"
    return render(value) if error is None else f"raised {type(error).__qualname__}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
