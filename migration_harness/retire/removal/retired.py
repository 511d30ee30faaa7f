"""What is retired: the flags and seams of some phases, and what goes from the schema with them."""

from dataclasses import dataclass

from migration_harness.retire.drops import Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """What one removal is about.

    Attributes:
        phases: The numbers of the phases whose legacy code goes.
        flags: Their flags.
        seams: Their seams.
        drops: What goes from the schema.
        is_all: Nothing of the migration stays: what is legacy without saying of which flag goes as well.
    """

    phases: frozenset[int]
    flags: frozenset[str]
    seams: frozenset[str]
    drops: tuple[Drop, ...] = ()
    is_all: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names of flags and seams."""
        return self.flags | self.seams

    def takes(self, flags: tuple[str, ...]) -> bool:
        """Tell whether what is marked with these flags goes: with all of them; without flags, only at the end."""
        return self.is_all if not flags else self.is_all or set(flags) <= self.flags
