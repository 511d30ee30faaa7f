"""Finders: each says in a few words of data what kind of legacy code it looks for.

Python is parsed, so that a comment or a docstring that only speaks of a name is no finding, and a text is found however
it is put together. Other files are read line by line.
"""

from migration_harness.retire.finders.fallbacks import Fallbacks
from migration_harness.retire.finders.fields import ModelFields
from migration_harness.retire.finders.names import AssignedNames, UsedNames
from migration_harness.retire.finders.reached import OnlyThroughSeams, ReachedFrom
from migration_harness.retire.finders.schema import Dropped
from migration_harness.retire.finders.texts import Matches, NamedInPython, Words, quoted

__all__ = [
    "AssignedNames",
    "Dropped",
    "Fallbacks",
    "Matches",
    "ModelFields",
    "NamedInPython",
    "OnlyThroughSeams",
    "ReachedFrom",
    "UsedNames",
    "Words",
    "quoted",
]
