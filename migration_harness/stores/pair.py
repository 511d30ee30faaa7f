"""The two stores behind a write seam, and how a key is copied from one to the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from migration_harness.deciding.purpose import for_the_harness
from migration_harness.deciding.stages import Side
from migration_harness.exceptions import CopyDiffers, NoStorePair


class Store(Protocol):
    """What one side writes to, as keys and values.

    Both stores of a pair use the same keys, and values of the same type: what one of them reads the other
    can write.
    """

    def keys(self) -> Iterable[str]:
        """Return every key of the store."""

    def read(self, key: str) -> Any:
        """Return the value of a key; None where the store does not have it."""

    def write(self, key: str, value: Any) -> None:
        """Store the value of a key; None removes the key."""

    def fingerprint(self, value: Any) -> str:
        """Return a digest of a value: equal where the values are, the same in both stores, and no secret."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A store that the harness asks or repairs: no customer is answered by it."""

    store: Store

    def keys(self) -> list[str]:
        """Return every key of the store."""
        with for_the_harness():
            return list(self.store.keys())

    def read(self, key: str) -> Any:
        """Return the value of a key."""
        with for_the_harness():
            return self.store.read(key)

    def write(self, key: str, value: Any) -> None:
        """Store the value of a key."""
        with for_the_harness():
            self.store.write(key, value)

    def fingerprint(self, value: Any) -> str:
        """Return the store's digest of a value."""
        with for_the_harness():
            return self.store.fingerprint(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePair:
    """The stores of a write seam; a second pair of the same seam takes the place of the first.

    Attributes:
        flag: The flag of the seam.
        seam: The name of the write seam.
        control: The legacy store.
        candidate: The new one.
    """

    flag: str
    seam: str
    control: Store
    candidate: Store

    def __post_init__(self) -> None:
        pairs.add(self)

    def store(self, side: Side) -> Asked:
        """Return the store of a side, as the harness asks it."""
        return Asked(self.candidate if side is Side.CANDIDATE else self.control)

    def fingerprint(self, side: Side, key: str) -> str | None:
        """Return the fingerprint of a key's value in the store of a side; None where it is not there."""
        store = self.store(side)
        value = store.read(key)
        return None if value is None else store.fingerprint(value)

    def is_equal(self, key: str) -> bool:
        """Tell whether both stores have the same of a key."""
        return self.fingerprint(Side.CONTROL, key) == self.fingerprint(Side.CANDIDATE, key)

    def behind(self, side: Side) -> Iterator[str]:
        """Return the keys that the store of a side lacks or has another value of."""
        return (key for key in self.store(side.other).keys() if not self.is_equal(key))  # noqa: SIM118  No mapping.

    def only_in(self, side: Side) -> list[str]:
        """Return the keys that only the store of a side has."""
        return sorted(set(self.store(side).keys()) - set(self.store(side.other).keys()))

    def copy(self, key: str, *, source: Side) -> bool:
        """Copy a key from the store of a side; returns False where both were equal. Raises CopyDiffers."""
        if self.is_equal(key):
            return False
        self.store(source.other).write(key, self.store(source).read(key))
        if not self.is_equal(key):
            raise CopyDiffers(
                f"{self.seam}: {key!r} was copied from {source} to {source.other} and is another value there. "
                "Compare read, write and fingerprint of the two stores."
            )
        return True


class StorePairs:
    """All pairs of this process; filled by the pairs themselves as their modules are imported."""

    def __init__(self) -> None:
        self._by_seam: dict[str, StorePair] = {}

    def add(self, pair: StorePair) -> None:
        """Register a pair."""
        self._by_seam[pair.seam] = pair

    def __contains__(self, seam: str) -> bool:
        return seam in self._by_seam

    def of_seam(self, name: str) -> StorePair:
        """Return the pair of a write seam; raises NoStorePair."""
        try:
            return self._by_seam[name]
        except KeyError:
            raise NoStorePair(
                f"The stores of the seam {name!r} are not known. Declare StorePair(seam={name!r}, …) beside the seam."
            ) from None

    def of_flag(self, name: str) -> list[StorePair]:
        """Return the pairs of a flag; raises NoStorePair where there is none."""
        found = [pair for _, pair in sorted(self._by_seam.items()) if pair.flag == name]
        if not found:
            raise NoStorePair(
                f"The flag {name!r} has no stores that are known. Declare StorePair(flag={name!r}, …) beside its "
                "write seam."
            )
        return found


pairs = StorePairs()


def stores_equal(flag: str) -> bool:
    """Tell whether the stores of a flag hold the same keys with the same values. Raises NoStorePair."""
    return all(next(pair.behind(side), None) is None for pair in pairs.of_flag(flag) for side in Side)


def count_behind(flag: str, side: Side) -> int:
    """Return how many keys the store of a side lacks or has another value of. Raises NoStorePair."""
    return sum(1 for pair in pairs.of_flag(flag) for _ in pair.behind(side))
