"""What several discrepancies have in common: one mistake differs in many groups, and is reviewed once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from migration_harness.exceptions import UnknownDiscrepancy
from migration_harness.queries.differences import Discrepancy, discrepancies
from migration_harness.queries.reviews import EXPLAINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Discrepancies of one seam and verdict that raise at one place, or differ in the same fields.

    Attributes:
        seam: Their seam.
        verdict: Their verdict.
        what: Where a side raised, or the fields that differ, as people read it.
        discrepancies: Those that it is found in, in the order in which they were given.
    """

    seam: str
    verdict: str
    what: str
    discrepancies: tuple[Discrepancy, ...]

    @property
    def name(self) -> str:
        """What it is called by, the same for as long as it is the same: twelve hex digits."""
        told = self.what or self.discrepancies[0].signature
        return sha256("\x1f".join((self.seam, self.verdict, told)).encode(errors="surrogatepass")).hexdigest()[:12]

    @property
    def count(self) -> int:
        """All their comparisons."""
        return sum(each.count for each in self.discrepancies)

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The groups that it differs in."""
        return [each.group for each in self.discrepancies]

    def to_review(self, state: str) -> list[Discrepancy]:
        """Return those that a review changes: what is explained needs nobody, and what is so already is so."""
        return [each for each in self.discrepancies if each.state not in (EXPLAINED, state)]


def causes_of(found: Iterable[Discrepancy]) -> list[Cause]:
    """Return the causes of these discrepancies, the one with the most comparisons first.

    One of which no sample was kept has a cause of its own: nobody knows what it has in common with others.
    """
    together: dict[tuple[str, str, str], list[Discrepancy]] = {}
    for each in found:
        together.setdefault((each.seam, each.verdict, each.cause or each.signature), []).append(each)
    causes = [
        Cause(seam=seam, verdict=verdict, what=members[0].cause, discrepancies=tuple(members))
        for (seam, verdict, _), members in together.items()
    ]
    return sorted(causes, key=lambda cause: -cause.count)


def cause_named(name: str) -> Cause:
    """Return a cause with all its discrepancies, reviewed or not. Raises UnknownDiscrepancy."""
    found = next((cause for cause in causes_of(discrepancies()) if cause.name == name), None)
    if found is None:
        raise UnknownDiscrepancy(f"There is no cause {name!r}. List them: harness discrepancies list")
    return found


def cause_of(signature: str) -> Cause:
    """Return the cause of a discrepancy, with all its others. Raises UnknownDiscrepancy."""
    found = (cause for cause in causes_of(discrepancies()) if signature in _signatures(cause.discrepancies))
    if (cause := next(found, None)) is None:
        raise UnknownDiscrepancy(f"There is no discrepancy {signature!r}. List them: harness discrepancies list")
    return cause


def _signatures(found: Sequence[Discrepancy]) -> set[str]:
    return {each.signature for each in found}
