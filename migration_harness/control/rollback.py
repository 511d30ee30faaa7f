"""Flips that are waited for: the change, then the proof that every process obeys it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import Error

from migration_harness.authority.actors import Actor
from migration_harness.control import flips, proofs
from migration_harness.control.bounded import Patience, within_bounds
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, Flip
from migration_harness.control.retiring import DRILL_FLAG
from migration_harness.control.together import Belonging, belonging, required_first
from migration_harness.deciding import acknowledgement
from migration_harness.deciding.acknowledgement import Proof
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.deciding.surroundings import around
from migration_harness.exceptions import HarnessError
from migration_harness.plan import PlannedFlag
from migration_harness.sqlstates import reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenFlip:
    """Flips that were made together, and what is known of the processes since.

    ``refused`` has flags of a rollback of several that could not be flipped, and why; the others were. ``along`` came
    with a flag that they require, those that were refused among them; ``kept`` require it and were left as they are.
    """

    flips: tuple[Flip, ...]
    proof: Proof
    refused: tuple[tuple[str, str], ...] = ()
    along: tuple[Belonging, ...] = ()
    kept: tuple[Belonging, ...] = ()

    @property
    def ended(self) -> tuple[str, ...]:
        """Connections that held what a flip needs for too long, and were ended."""
        return tuple(name for flip in self.flips for name in flip.ended)

    @property
    def sentence(self) -> str:
        """What was done, and its proof, in plain words and without asking anybody."""
        made = [
            f"{each.flag} {'changed' if each.changed else 'is unchanged'} (epoch {each.epoch})." for each in self.flips
        ]
        proof = self.proof
        obeyed = f"{len(proof.acknowledged)} processes acknowledged in {proof.waited_ms:.0f} ms"
        fenced = f", {len(proof.fenced)} were fenced" if proof.fenced else ""
        late = "".join(f" Not acknowledged by {process}: stop it." for process in proof.late)
        ended = "".join(f" Ended, since it held what the flip needs: {name}." for name in self.ended)
        return " ".join([*made, *self.together, f"{obeyed}{fenced}.{late}{ended}", *self.not_made])

    @property
    def together(self) -> list[str]:
        """A sentence for each flag that came along or was kept."""
        return [f"{each.flag} came along: it requires {', '.join(each.requires)}." for each in self.along] + [
            f"{each.flag} stays, and has no effect: it requires {', '.join(each.requires)}." for each in self.kept
        ]

    @property
    def not_made(self) -> list[str]:
        """A sentence for each flag that was refused."""
        return [f"{name} was not rolled back: {why}" for name, why in self.refused]

    @property
    def told(self) -> dict[str, Any]:
        """The proof as scripts and the API read it; times in milliseconds."""
        proof = self.proof
        return {
            "epoch": proof.epoch,
            "holds": proof.holds,
            "waited_ms": round(proof.waited_ms, 1),
            "open_units": proof.open_units,
            "acknowledged": [
                {"process": str(each.process), "after_ms": round(each.after_ms, 1), "open_units": each.open_units}
                for each in proof.acknowledged
            ],
            "fenced": [str(process) for process in proof.fenced],
            "late": [str(process) for process in proof.late],
            "ended": list(self.ended),
        }


def roll_back(
    *,
    names: Sequence[str],
    actor: Actor | str,
    reason: str = "",
    to_off: bool = False,
    only: bool = False,
    seen: Mapping[str, int] | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> ProvenFlip:
    """Give everyone the baseline of these flags and wait until every process obeys. No gate is asked.

    Flags that require one of them come along, after it (``together.py``); with ``only`` they are named, and stay.
    ``flips`` are in the order of the way forward, the required ones first. Of several flags, one that is refused
    (LegacyStoreStale) or held up (FlipHeldUp) stops none of the others; of one that was named alone, it is raised.
    ``seen`` and ``evidence`` are for what rolls back without a person: a flag that was named and has another epoch is
    left as it is, and what the rollback rests on goes on the trail.

    Raises ProofMissing where the flips were made and nobody can be asked who obeys.
    """
    since_ns = around.get().boot_ns()
    made: list[Flip] = []
    refused: list[tuple[str, str]] = []
    patience = Patience()

    def flip(name: str, why: str, looked_at: Mapping[str, int] | None = None) -> None:
        made.append(
            flips.roll_back(
                name=name,
                actor=actor,
                reason=why,
                to_off=to_off,
                seen=looked_at,
                evidence=evidence,
                patience=patience,
            )
        )

    for name in names:
        if len(names) == 1:
            flip(name, reason, seen)
        else:
            _unless_refused(name, partial(flip, name, reason, seen), refused)
    found: list[Belonging] = []
    _unless_refused(f"What requires {' or '.join(names)}", lambda: found.extend(_look(made)), refused)
    for each in [] if only else found:
        _unless_refused(each.flag, partial(flip, each.flag, _with(each, reason)), refused)
    proven = ProvenFlip(
        flips=tuple(made),
        proof=_proof(made, since_ns=since_ns),
        refused=tuple(refused),
        along=() if only else tuple(found),
        kept=tuple(found) if only else (),
    )
    proofs.keep(
        flags=[each.flag for each in made],
        epochs=[each.epoch for each in made],
        is_drill=DRILL_FLAG in names,
        told=proven.told,
        actor=actor,
    )
    return proven


def _unless_refused(name: str, act: Callable[[], object], refused: list[tuple[str, str]]) -> None:
    """Do it, or note why not: what was rolled back already stays so, and the others are tried."""
    try:
        act()
    except HarnessError as error:
        refused.append((name, str(error)))
    except Error as error:
        refused.append((name, f"the database refused it ({reason_of(error)})."))


def _look(made: list[Flip]) -> list[Belonging]:
    """Return the flags that belong to those that were rolled back, which are put into the order of the way forward."""
    if not made:
        return []
    now = flags_before()
    order = required_first(now, [each.flag for each in made])
    made.sort(key=lambda flip: order.index(flip.flag))
    return belonging(now, order)


def _with(each: Belonging, reason: str) -> str:
    told = f"with {', '.join(each.requires)}, which it requires"
    return f"{told}: {reason}" if reason else told


def flags_before() -> Snapshot:
    """Return all flags as they are, with the bounds of a flip: nothing that belongs to one may hang."""
    return within_bounds(lambda _: load_snapshot(), what="Reading the flags")


def change_flag(
    *,
    name: str,
    change: FlagChange,
    actor: Actor | str,
    reason: str = "",
    seen: Mapping[str, int] | None = None,
    override: bool = False,
) -> ProvenFlip:
    """Change a flag and wait until every process obeys; StalePreview where it is not what was ``seen``.

    Raises as :func:`migration_harness.control.flips.change_flag`.
    """
    since_ns = around.get().boot_ns()
    made = (flips.change_flag(name=name, change=change, actor=actor, reason=reason, seen=seen, override=override),)
    return ProvenFlip(flips=made, proof=_proof(made, since_ns=since_ns))


def drill(*, actor: str) -> ProvenFlip:
    """Roll back a flag that no seam asks: what it takes, without changing what anybody is charged."""
    planned = PlannedFlag(name=DRILL_FLAG, owner="harness", note="Measures what a rollback takes.")
    create_flag(planned=planned, baseline=Stage.OFF, actor=actor)
    change_flag(name=DRILL_FLAG, change=FlagChange(everyone=True), actor=actor, reason="drill")
    return roll_back(names=[DRILL_FLAG], actor=actor, reason="drill")


def _proof(made: Sequence[Flip], *, since_ns: int) -> Proof:
    return acknowledgement.wait_for(epoch=max((flip.epoch for flip in made), default=0), since_ns=since_ns)
