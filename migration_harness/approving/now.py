"""What the same request would ask for now."""

from datetime import datetime

from migration_harness.authority.approvals import asked_of
from migration_harness.authority.asked import Act, Asked
from migration_harness.control import going_live
from migration_harness.exceptions import HarnessError
from migration_harness.models import Approval
from migration_harness.money import debits
from migration_harness.money.forecast import signing
from migration_harness.reviewing import approvals as explanations
from migration_harness.rollout import passing_steps


def would_ask(found: Approval, *, now: datetime) -> Asked:
    """Return what is asked for, with the amounts, prices and flags of now."""
    asked = asked_of(found)
    match asked.act:
        case Act.DEBIT:
            return debits.would_ask(asked, now=now)
        case Act.GO_LIVE:
            return going_live.would_ask(asked)
        case Act.SIGN_OFF:
            return signing.would_ask(asked)
        case Act.EXPLAIN:
            return explanations.would_ask(asked)
        case Act.PASS_STEP:
            return passing_steps.would_ask(asked)


def changes(found: Approval, *, now: datetime) -> list[str]:
    """Return what is another now than what was asked, by name; or why nobody can say."""
    try:
        return asked_of(found).changes_to(would_ask(found, now=now))
    except HarnessError as error:
        return [str(error)]
