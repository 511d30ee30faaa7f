"""What must hold of the two stores behind a write seam: what one of them reads the other can write."""

from typing import Any

from migration_harness.deciding.stages import Side
from migration_harness.stores.pair import Store, StorePair
from migration_harness.testing.contracts.contract import must, must_equal


class StoreContract:
    """A pair of stores.

    Attributes:
        pair: The stores, as the host declares them.
        key: A key that both can hold.
        values: Two values of it that differ; neither is None.
    """

    pair: StorePair
    key: str
    values: tuple[Any, Any]

    def test_reads_what_was_written(self) -> None:
        """A value comes back as it was, and the last one counts."""
        for side, store in self._stores():
            for value in self.values:
                store.write(self.key, value)
                must_equal(store.read(self.key), value, f"The {side} store reads what was written.")

    def test_names_each_key_once(self) -> None:
        """What is there is among the keys."""
        for side, store in self._stores():
            store.write(self.key, self.values[0])
            must_equal(list(store.keys()).count(self.key), 1, f"The {side} store names each key once.")

    def test_forgets_a_key_that_is_written_as_none(self) -> None:
        """None removes the key: it is read as None, and no longer named. Doing so twice does no harm."""
        for side, store in self._stores():
            store.write(self.key, self.values[0])
            for _ in range(2):
                store.write(self.key, None)
                must_equal(store.read(self.key), None, f"The {side} store reads None of a key that is gone.")
                must(self.key not in store.keys(), f"The {side} store names no key that is gone.")  # noqa: SIM118  No mapping.

    def test_fingerprints_tell_values_apart(self) -> None:
        """The same of the same value, another one of another value."""
        for side, store in self._stores():
            first, second = (store.fingerprint(each) for each in self.values)
            must_equal(store.fingerprint(self.values[0]), first, f"The {side} store's fingerprint of a value stays.")
            must(first != second, f"The {side} store's fingerprints tell values apart.")

    def test_fingerprints_are_the_same_in_both(self) -> None:
        """A value that was copied is known to be equal."""
        control, candidate = (store for _, store in self._stores())
        must_equal(
            candidate.fingerprint(self.values[0]),
            control.fingerprint(self.values[0]),
            "Both stores have the same fingerprint of a value.",
        )

    def test_fingerprints_are_no_secret(self) -> None:
        """A fingerprint is shown and logged: the value is not in it."""
        for side, store in self._stores():
            value = self.values[0]
            told = value.reveal() if hasattr(value, "reveal") else str(value)
            must(told not in store.fingerprint(value), f"The {side} store's fingerprint does not tell the value.")

    def test_copies_either_way(self) -> None:
        """What is copied is equal, and then there is nothing to copy."""
        for source in Side:
            self._empty()
            self.pair.store(source).write(self.key, self.values[0])
            must(self.key in self.pair.behind(source.other), f"The {source.other} store is behind before a copy.")
            must(self.pair.copy(self.key, source=source), f"A key is copied from {source}.")
            must(self.pair.is_equal(self.key), f"Both stores are equal after a copy from {source}.")
            must(not self.pair.copy(self.key, source=source), "Nothing is copied where both are equal.")

    def _stores(self) -> tuple[tuple[Side, Store], ...]:
        return ((Side.CONTROL, self.pair.control), (Side.CANDIDATE, self.pair.candidate))

    def _empty(self) -> None:
        for _, store in self._stores():
            store.write(self.key, None)
