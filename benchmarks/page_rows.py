"""What the pages of the console show, of everything as much as a busy installation has."""

# @legacy file

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import synthetic
from benchmarks.ledger_rows import fill_ledger
from igny8_core.auth.models import Account, User
from migration_harness import queries
from migration_harness.authority.actors import of_user
from migration_harness.authority.asked import Act, Asked
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import (
    Approval,
    Notice,
    NoticeDelivery,
    RecordedOperation,
    StoredExplanation,
)
from migration_harness.money.forecast.stored import make_forecast, question_of_log
from migration_harness.rollout.listening import listen

FLAG = "model-based-credits"
PHASE = "4"
CHARGES = 200_000
MEMBERS = 1_000
MANY = 500
"""Of each kind of row that people and their operations leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the pages of one thing are asked for."""

    signature: str
    cause: str
    account_id: str
    approval: str
    explanation: str
    notice: str
    recording: str

    def arguments(self, name: str) -> dict[str, str]:
        """Return the arguments of the address of this name."""
        number = {
            "approval": self.approval, "answer": self.approval, "decide": self.explanation,
            "notice-again": self.notice, "recording": self.recording,
        }.get(name, PHASE)  # fmt: skip
        return {
            "name": self.cause if name in ("cause", "review-cause") else FLAG,
            "signature": self.signature,
            "account_id": self.account_id,
            "number": number,
            "item": "1",
        }


def fill_pages(comparisons: int, *, user: User) -> Rows:
    """Fill all of it, by this superuser, and return what the pages of one thing are asked for."""
    fill_ledger(rows=CHARGES, accounts=synthetic.ACCOUNTS - Account.objects.count())
    synthetic.fill_rollups(comparisons, every=1)
    accounts = [str(pk) for pk in Account.objects.order_by("-pk").values_list("pk", flat=True)[:MEMBERS]]
    change_flag(
        name=FLAG,
        change=FlagChange(memberships=dict.fromkeys(accounts, "on"), share_bps=1_000, stage=Stage.LIVE),
        actor=of_user(user),
        reason="to be measured",
        override=True,
    )
    make_forecast(question=question_of_log(days=30), actor="bench")
    listen(now=timezone.now())
    found = queries.waiting_discrepancies()[0]
    _by_people(found)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Rows(
        signature=found.signature,
        cause=queries.cause_of(found.signature).name,
        account_id=accounts[0],
        approval=str(Approval.objects.latest("pk").pk),
        explanation=str(StoredExplanation.objects.latest("pk").pk),
        notice=str(Notice.objects.latest("pk").pk),
        recording=str(RecordedOperation.objects.latest("pk").pk),
    )


def _by_people(found: queries.Discrepancy) -> None:
    """Write what people and operations leave behind, past the triggers that let each go its way alone."""
    now, today = timezone.now(), timezone.now().date()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Approval.objects.bulk_create(
            Approval(
                act=_asked(n).act, subject=FLAG, asked=_asked(n).canonical, digest=_asked(n).digest,
                sentence=_asked(n).sentence,
                reason="bench", asker="bench", asker_user="0", asked_at=now, expires_at=now + timedelta(days=n % 7 - 5),
            )
            for n in range(MANY)
        )  # fmt: skip
        StoredExplanation.objects.bulk_create(
            StoredExplanation(
                signature=found.signature, seam=found.seam, paths=["result"], kinds=["value"], reason=f"reason {n}",
                owner="bench", expires=today + timedelta(days=30), covered={}, proposed_by="bench", proposed_at=now,
            )
            for n in range(MANY // 10)
        )  # fmt: skip
        notices = Notice.objects.bulk_create(
            Notice(
                key=uuid4(), kind="rollout.step", subject=FLAG, sentence=f"step {n}", details={}, at=now, addressed=True
            )
            for n in range(MANY)
        )
        NoticeDelivery.objects.bulk_create(
            NoticeDelivery(
                notice=each, channel="webhook", state="given_up", next_at=now, give_up_at=now, answer="refused"
            )
            for each in notices
        )
        RecordedOperation.objects.bulk_create(
            RecordedOperation(
                recording=uuid4(), kind="clustering", account_id=str(n), execution_path="manual", at=now,
                duration_ms=12.5, inputs={"keywords": list(range(50))}, outcome={"clusters": 5}, rows=[], steps=[],
            )
            for n in range(MANY)
        )  # fmt: skip


def _asked(number: int) -> Asked:
    return Asked(
        act=Act.GO_LIVE, subject=FLAG, request={"share_bps": number}, numbers={}, sentence=f"{FLAG}: a larger share"
    )
