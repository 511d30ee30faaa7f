"""What a tick of the trial balance reads of the books, in blocks: as much beside a long ledger as a short one."""

from statistics import median

import pytest
from django.db import connection

from benchmarks.ledger_rows import fill_ledger
from igny8_core.auth.models import Account
from igny8_core.business.billing import remembered
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import seed_demo
from migration_harness import testing
from migration_harness.evidence.findings import Answer
from migration_harness.money.trial_balance import check, check_all, passes

SHORT, LONG = 4_000, 40_000
NEW = 20
TICKS = 5
# A tree of an index is a level higher, and rows of a page are spread over more pages.
DEEPER = 1.5
_READ = """
SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0)
         + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0))
FROM pg_statio_user_tables
WHERE relname IN ('billing_credittransaction', 'billing_creditusagelog', 'igny8_auth_account')
   OR relname LIKE 'migration_harness_trial%' OR relname LIKE 'migration_harness_comparison%'
"""


def counted():
    """The blocks of the books that this server has read so far, from memory or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(_READ)
        return int(cursor.fetchone()[0])


def blocks_of(act):
    """How many blocks of the books an act reads, with what the question itself costs."""
    before = counted()
    act()
    return counted() - before


def charge(account, numbers):
    for number in numbers:
        CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=400, tokens_output=100),
            operation_id=f"new:{number}",
        )


@pytest.fixture
def books(transactional_db, monkeypatch):
    """The demo's books, committed: the server counts what is; and steps that a short ledger fills as well."""
    monkeypatch.setattr(passes, "BLOCKS", 2)
    monkeypatch.setattr(passes, "PAGE", 200)
    testing.forget()
    remembered.forget()
    seed_demo()
    yield
    testing.forget()


def figures(account, numbers):
    """Blocks of an idle tick, of one after new charges, and of a look at everything; the middle of several ticks."""
    assert check(at_most_seconds=float("inf")).finding.answer is Answer.OPEN
    idle = median(blocks_of(check) for _ in range(TICKS))
    busy = []
    for _ in range(TICKS):
        charge(account, [next(numbers) for _ in range(NEW)])
        busy.append(blocks_of(check))
    whole = blocks_of(check_all)
    assert check().finding.answer is Answer.OPEN
    return idle, median(busy), whole


def test_grows_with_what_is_new_and_not_with_the_ledger(books):
    account, numbers = Account.objects.order_by("pk").first(), iter(range(10_000))
    fill_ledger(rows=SHORT, accounts=500, name="short")
    idle, busy, whole = figures(account, numbers)
    fill_ledger(rows=LONG, accounts=500, name="long")
    idle_beside_many, busy_beside_many, whole_of_many = figures(account, numbers)
    assert idle_beside_many <= idle * DEEPER
    assert busy_beside_many <= busy * DEEPER
    # The same question sees what does grow with the ledger.
    assert whole_of_many > whole * 5
