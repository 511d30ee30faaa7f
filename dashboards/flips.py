"""What flips did, as the answer to a write says it: to the flag, to the accounts, and who obeys."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from migration_harness import queries
from migration_harness.accounts import BY_ID, directory
from migration_harness.control.consequences import Effect
from migration_harness.control.flips import UNCHANGED, FlagChange, Flip
from migration_harness.control.forward import MEMBER
from migration_harness.control.held_back import HeldBack, held_back
from migration_harness.control.rollback import ProvenFlip, flags_before
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.plan import plan
from migration_harness.queries import Consequences, CostOfReturn

_NOBODY = Consequences(
    own=Effect(on_candidate=0, accounts=0, joined=(), left=()),
    requiring={},
    cost=CostOfReturn(pay_more=0, dry_within_a_day=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """Flips that were made together, and what each did to accounts and to money.

    ``flags`` has the values of a FlipAnswer for each; ``held`` says where a change moved none of the accounts that it
    asks for; ``untold`` says why nobody knows who was affected, if so.
    """

    proven: ProvenFlip
    done: tuple[Consequences, ...]
    flags: list[dict[str, Any]]
    held: HeldBack | None = None
    untold: str = ""

    @classmethod
    def by(
        cls, flip: Callable[[], ProvenFlip], *, change: FlagChange | None = None, at_once: bool = False
    ) -> "Flipped":
        """Make the flips, and tell what they did to the accounts.

        What is needed to tell it is asked before, so that a request that fails has changed nothing; a rollback is made
        ``at_once``. Where it cannot be told, the flips were made all the same. ``change`` is what is asked of one flag.
        """
        before = flags_before()
        ids = None if at_once else directory().all_ids()
        proven = flip()
        try:
            known = directory().all_ids() if ids is None else ids
            return cls._told(proven, before=before, change=change, ids=known)
        except Exception as error:  # noqa: BLE001  A host's directory, the database: it is done, and the proof is there.
            done = (_NOBODY,) * len(proven.flips)
            flags = [_flag(each, _NOBODY, way_forward=[]) for each in proven.flips]
            return cls(proven=proven, done=done, flags=flags, untold=type(error).__name__)

    @classmethod
    def _told(cls, proven: ProvenFlip, *, before: Snapshot, change: FlagChange | None, ids: list[str]) -> "Flipped":
        after = queries.snapshot()
        done = tuple(
            queries.consequences(before=before, after=after, name=each.flag, account_ids=ids) for each in proven.flips
        )
        held = None
        if change is not None:
            (made,) = proven.flips
            held = held_back(before=before, after=after, name=made.flag, change=change, account_ids=ids)
        flags = [
            _flag(flip, each, way_forward=_way_forward(flip.flag))
            for flip, each in zip(proven.flips, done, strict=True)
        ]
        return cls(proven=proven, done=done, flags=flags, held=held)

    @property
    def asked(self) -> dict[str, Any]:
        """The values of the FlipAnswer of the flag that was asked for; what came along with it follows in ``flags``."""
        return self.flags[0]

    @property
    def rollback(self) -> dict[str, Any]:
        """What an answer says of a rollback beside its flags: what was kept, what was refused, and who obeys."""
        kept = [each.told | {"customers_see": plan().customers_see(each.flag)} for each in self.proven.kept]
        refused = [{"flag": name, "why": why} for name, why in self.proven.refused]
        return {"kept": kept, "refused": refused, "proof": self.proof}

    @property
    def proof(self) -> dict[str, Any]:
        """The values of a ProofAnswer."""
        return self.proven.told

    @property
    def sentence(self) -> str:
        """What was done, for a person."""
        if self.untold:
            return f"{self.proven.sentence} Who is affected could not be told: {self.untold}."
        told = [self.held.sentence] if self.held else []
        told += [_sentence(flip, done) for flip, done in zip(self.proven.flips, self.done, strict=True)]
        return " ".join(
            [*told, *self.proven.together, *_meanwhile(self.proven), *self.proven.not_made, *disobeyed(self.proven)]
        )


def _meanwhile(proven: ProvenFlip) -> list[str]:
    """Return what customers see while flags are rolled back; of other changes nothing."""
    names = [flip.flag for flip in proven.flips if flip.after["everyone"] is False]
    names += [each.flag for each in proven.kept]
    return [f"Meanwhile customers see {sees} ({name})." for name in names if (sees := plan().customers_see(name))]


def disobeyed(proven: ProvenFlip) -> list[str]:
    """Return the sentence about processes that do not obey; nothing where all do."""
    late = ", ".join(str(process) for process in proven.proof.late)
    return [f"Not obeyed by {late}: it does not load the flags. Stop it."] if late else []


def _flag(flip: Flip, done: Consequences, *, way_forward: list[dict[str, Any]]) -> dict[str, Any]:
    effect = done.own
    return {
        "flag": flip.flag,
        "changed": flip.changed,
        "epoch": flip.epoch,
        "before": flip.before,
        "after": flip.after,
        "on_candidate": effect.on_candidate,
        "accounts": effect.accounts,
        "joined": len(effect.joined),
        "left": len(effect.left),
        "required_by": [
            {"flag": name, "joined": len(each.joined), "left": len(each.left)} for name, each in done.requiring.items()
        ],
        "money": asdict(done.cost),
        "customers_see": plan().customers_see(flip.flag),
        "undo": _undo(flip),
        "way_forward": way_forward,
    }


def _undo(flip: Flip) -> dict[str, Any]:
    """Return the body of the PATCH that returns the flag to where it was; empty where nothing changed."""
    changed = {key: value for key, value in flip.before.items() if value != flip.after[key]}
    moves = {key.removeprefix(MEMBER): value for key, value in changed.items() if key.startswith(MEMBER)}
    return _moves(moves) | dict(_field(key, value) for key, value in changed.items() if not key.startswith(MEMBER))


def _way_forward(name: str) -> list[dict[str, Any]]:
    """Return the bodies of the PATCHes that return a rolled-back flag to where it was before its rollback."""
    found = queries.way_forward(name)
    return [] if found is None else [body_of(change) for change in found.changes]


def body_of(change: FlagChange) -> dict[str, Any]:
    """Return the body of the PATCH that makes a change."""
    if moves := change.moves:
        return _moves(moves)
    named = {name: getattr(change, name) for name in ("stage", "baseline", "everyone", "share_bps", "compared_bps")}
    return dict(_field(name, value) for name, value in named.items() if value is not UNCHANGED)


def _moves(memberships: Mapping[str, str]) -> dict[str, Any]:
    """Return what a body says of accounts: of one account its own two words, of several all of them."""
    by_id = {BY_ID + account_id: membership for account_id, membership in memberships.items()}
    if len(by_id) == 1:
        (account, membership), *_ = by_id.items()
        return {"account": account, "membership": membership}
    return {"memberships": by_id} if by_id else {}


def _field(name: str, value: Any) -> tuple[str, Any]:
    return (
        (f"{name.removesuffix('_bps')}_percent", str(Decimal(value) / 100)) if name.endswith("_bps") else (name, value)
    )


def _sentence(flip: Flip, done: Consequences) -> str:
    if not flip.changed:
        return f"{flip.flag} is as it was."
    told = [f"{flip.flag} changed: of {done.own.accounts:,} accounts {_moved(done.own)}."]
    return " ".join([*told, *(f"{name}, which requires it: {_moved(each)}." for name, each in done.requiring.items())])


def _moved(effect: Effect) -> str:
    return f"{len(effect.joined):,} joined the candidate, {len(effect.left):,} left it"
