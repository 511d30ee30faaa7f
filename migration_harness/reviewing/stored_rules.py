"""Explanations that people stored and approved, in this process.

Note [Rules in memory]: the thread that holds the lease looks at the sum of the versions of all stored explanations,
at every renewal, and loads them where it has changed; so an approval or a revocation is obeyed within a second, and
no call asks the database. What is in force is added to the explanations that the seam's code has, after them. Only
an oracle explains where there is one, so a seam with an oracle takes no stored rule, and money never does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import structlog

from migration_harness.comparing.comparator import Criteria
from migration_harness.comparing.difference import Difference
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.comparing.scope import Scope, fields_of
from migration_harness.deciding.registry import seams
from migration_harness.seams.asking import words_of

if TYPE_CHECKING:
    from migration_harness.seams.seam import Seam

log = structlog.get_logger("harness")

_VERSION: Final = "SELECT coalesce(sum(version), 0) FROM migration_harness_storedexplanation"
_APPROVED: Final = """
SELECT id, seam, paths, kinds, group_by, reason, owner, expires
FROM migration_harness_storedexplanation WHERE state = 'approved' ORDER BY id
"""
_PATIENCE: Final = "200ms"
"""A schema migration that holds the table must not hold up the lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """An approved explanation as this process has loaded it. ``expires`` is the last day on which it explains."""

    number: int
    scope: Scope
    reason: str
    owner: str
    expires: date

    @property
    def name(self) -> str:
        """How logs and pages call it."""
        return f"explanation {self.number}"

    def for_seam(self, seam: "Seam[Any, Any]") -> "InForce":
        """Return it as the comparator takes it."""

        def covers(differences: tuple[Difference, ...], call: Mapping[str, Any]) -> bool:
            group = words_of(seam.group_by((), dict(call)))
            return self.scope.covers(fields=fields_of(differences), group=group)

        return InForce(
            name=self.name, reason=self.reason, owner=self.owner, expires=self.expires, covers=covers, stored=self
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce(Rule):
    """A stored rule among the explanations of a seam."""

    stored: StoredRule


class StoredRules:
    """What this process has loaded, and what of it is in force."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[str], None]] = []
        """Called with the name of a seam whose rules in force have changed."""
        self._version: int | None = None
        self._loaded: tuple[StoredRule, ...] = ()
        self._expired: frozenset[int] = frozenset()

    def follow(self, database: Any, *, today: date) -> None:
        """Load what has changed and put it in force; raises what the database raises.

        ``database`` is a connection of Django's or of psycopg's.
        """
        with database.cursor() as cursor:
            cursor.execute(_VERSION)
            version = int(cursor.fetchone()[0])
            if version != self._version:
                cursor.execute(_APPROVED)
                self._loaded = tuple(_rule(*row) for row in cursor.fetchall())
                self._version = version
        self._tell_of_expired(today)
        self._put_in_force(today)

    def forget(self) -> None:
        """Begin anew, between tests: no stored rule is in force."""
        self._version, self._loaded, self._expired = None, (), frozenset()
        self._put_in_force(date.min)

    def _put_in_force(self, today: date) -> None:
        for seam in seams:
            criteria = getattr(seam, "criteria", None)
            if criteria is None:
                continue
            had = tuple(rule.stored for rule in criteria.explanations if isinstance(rule, InForce))
            own = tuple(rule for rule in criteria.explanations if not isinstance(rule, InForce))
            wanted = () if takes_none(seam) else self._in_force(seam.name, today)
            if had != wanted:
                rules = tuple(rule.for_seam(seam) for rule in wanted)  # type: ignore[arg-type]  # Only a Seam has criteria.
                _judge_by(seam, replace(criteria, explanations=(*own, *rules)))
                for listener in self.listeners:
                    listener(seam.name)

    def _in_force(self, seam: str, today: date) -> tuple[StoredRule, ...]:
        return tuple(rule for rule in self._loaded if rule.scope.seam == seam and today <= rule.expires)

    def _tell_of_expired(self, today: date) -> None:
        """Say once of each rule that it has stopped explaining."""
        expired = {rule.number: rule for rule in self._loaded if rule.expires < today}
        for number in sorted(expired.keys() - self._expired):
            rule = expired[number]
            log.warning(
                "harness.explanation_expired", seam=rule.scope.seam, explanation=rule.name, expired=str(rule.expires)
            )
        self._expired = frozenset(expired)


rules = StoredRules()


def follow(database: Any) -> None:
    """Follow on the connection of the lease, a psycopg connection that commits by itself."""
    with database.transaction():
        database.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        rules.follow(database, today=datetime.now(UTC).date())


def takes_none(seam: Any) -> bool:
    """Tell whether no stored rule may explain differences of this seam: money, or an oracle knows the answer."""
    return bool(seam.money) or any(isinstance(each, Oracle) for each in seam.criteria.explanations)


def rules_in_force(seam_name: str) -> tuple[StoredRule, ...]:
    """Return the stored rules that explain differences of this seam in this process now, the oldest first."""
    criteria = getattr(seams.get(seam_name), "criteria", None)
    explanations: Iterable[object] = () if criteria is None else criteria.explanations
    return tuple(rule.stored for rule in explanations if isinstance(rule, InForce))


def digest(seam_name: str) -> str:
    """Return what identifies the stored rules in force of a seam, the same in every process; empty without any."""
    found = rules_in_force(seam_name)
    if not found:
        return ""
    told = "\x1f".join(f"{rule.number}:{rule.expires}" for rule in found)
    return sha256(told.encode()).hexdigest()[:12]


def _judge_by(seam: Any, criteria: Criteria) -> None:
    """Let a seam judge by other criteria from its next comparison on."""
    seam.judging.criteria = criteria
    seam.criteria = criteria


def _rule(number: int, seam: str, paths: list[str], kinds: list[str], *rest: Any) -> StoredRule:
    group, reason, owner, expires = rest
    fields = frozenset(zip(paths, kinds, strict=True))
    scope = Scope(seam=seam, fields=fields, group=None if group is None else tuple(group))
    return StoredRule(number=number, scope=scope, reason=reason, owner=owner, expires=expires)
