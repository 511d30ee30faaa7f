"""Everything that can be done, each with the one permission that it needs: page, API, admin and command ask here.

A host declares actions of its own in the same way, with permissions of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """The permissions of the harness, by the names that Django knows them by; a migration gives each its group."""

    LOOK = "migration_harness.look"
    """See everything and change nothing."""
    OPERATE = "migration_harness.operate"
    """Move accounts, review, give money back; and roll back, which needs nothing else, ever."""
    APPROVE = "migration_harness.approve"
    """Say yes to what one person alone may not do: sign, approve, countersign."""
    OVERRIDE = "migration_harness.override"
    """Pass what would be refused; no group has it, superusers do."""


ROLES: Final = {
    Permission.LOOK: "Migration viewer",
    Permission.OPERATE: "Migration operator",
    Permission.APPROVE: "Migration approver",
}
"""The groups that a migration makes, each for one permission; operators and approvers look, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that can be done.

    Attributes:
        name: As the trail tells that it was refused.
        permission: What whoever does it needs, by Django's name.
        words: What is done, after ``may not`` in a refusal.
    """

    name: str
    permission: str
    words: str


LOOK: Final = Action(name="look", permission=Permission.LOOK, words="look at the migration")

ROLLBACK: Final = Action(name="roll back", permission=Permission.OPERATE, words="roll back")
FLIP: Final = Action(name="change a flag", permission=Permission.OPERATE, words="change a flag")
ROLLOUT: Final = Action(name="roll out", permission=Permission.OPERATE, words="start or move a rollout")
DRILL: Final = Action(name="drill", permission=Permission.OPERATE, words="measure a rollback")
REVIEW: Final = Action(name="review", permission=Permission.OPERATE, words="review discrepancies")
WITHDRAW: Final = Action(name="withdraw", permission=Permission.OPERATE, words="take a proposed explanation back")
STORES: Final = Action(name="fill a store", permission=Permission.OPERATE, words="copy from one store to the other")
COMPARE: Final = Action(name="compare deferred", permission=Permission.OPERATE, words="compare deferred calls")
CHARGE: Final = Action(name="charge a trace", permission=Permission.OPERATE, words="charge the rows of a trace")
RUN: Final = Action(name="compare again", permission=Permission.OPERATE, words="compare recorded usage again")
EXPLORE: Final = Action(name="explore", permission=Permission.OPERATE, words="search what traffic has not shown")
FORECAST: Final = Action(name="make a forecast", permission=Permission.OPERATE, words="make a forecast")
HEAL: Final = Action(name="heal", permission=Permission.OPERATE, words="give back what accounts paid too much")
TOKENS: Final = Action(name="make or end a token", permission=Permission.OPERATE, words="make or end tokens")
DEBIT: Final = Action(name="debit", permission=Permission.OPERATE, words="take credits from accounts")
ASK: Final = Action(name="ask for an approval", permission=Permission.OPERATE, words="ask for an approval")
MIGRATE: Final = Action(name="migrate the schema", permission=Permission.OPERATE, words="migrate the schema")
TELL_AGAIN: Final = Action(name="tell again", permission=Permission.OPERATE, words="have a notice delivered again")
CARRY: Final = Action(name="carry operations", permission=Permission.OPERATE, words="export or try recorded operations")
BACKUP: Final = Action(name="back up legacy", permission=Permission.OPERATE, words="back up or restore legacy data")
CERTIFY: Final = Action(name="certify", permission=Permission.OPERATE, words="certify what the migration came to")

ADVANCE: Final = Action(name="advance", permission=Permission.OPERATE, words="close a phase or open it again")
VERIFY: Final = Action(name="verify", permission=Permission.OPERATE, words="record a run of the tests")
REMOVE: Final = Action(name="remove legacy code", permission=Permission.OPERATE, words="remove legacy code")
CHECKLIST: Final = Action(name="tick a checklist", permission=Permission.OPERATE, words="tick a checklist")
ANSWER_GATE: Final = Action(
    name="answer a gate", permission=Permission.OPERATE, words="answer a gate for somebody outside"
)

DECIDE: Final = Action(name="decide", permission=Permission.APPROVE, words="approve, reject or revoke an explanation")
SIGN_OFF: Final = Action(name="sign off", permission=Permission.APPROVE, words="sign off a forecast")
APPROVE: Final = Action(name="approve", permission=Permission.APPROVE, words="approve what a colleague asks for")

DECLARE: Final = Action(
    name="declare nobody else",
    permission=Permission.OVERRIDE,
    words="declare that nobody else uses legacy data",
)
OVERRIDE: Final = Action(name="override", permission=Permission.OVERRIDE, words="pass what is refused")
