"""What a person says of a notice that was given up, and what that would do."""

from dashboards.forms import ConsoleForm, reason_field
from dashboards.notices.rows import delivery_row
from dashboards.previews import Fact, Preview
from migration_harness.models import NoticeDelivery
from migration_harness.queries import KnownNotice


class AgainForm(ConsoleForm):
    """What was given up is delivered again."""

    title = "Tell again"
    reason = reason_field()


def of_again(found: KnownNotice) -> Preview:
    """Tell to whom it would go again."""
    given_up = [delivery_row(each) for each in found.deliveries if each.state == NoticeDelivery.State.GIVEN_UP]
    told = "; ".join(f"{each.whom}: {each.tries}, {each.known.answer or 'no answer'}" for each in given_up)
    return Preview(
        question=f"Tell notice {found.number} again?",
        facts=[
            Fact(term="It says", text=found.sentence),
            Fact(term="Given up", text=told or "nothing of it"),
            Fact(
                term="Then",
                text="a worker tries again for as many days as at first; whoever the settings name no more is dropped",
            ),
        ],
        button="Tell it again",
    )
