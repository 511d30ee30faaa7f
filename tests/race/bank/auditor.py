"""Counts after the bank: what the ledger, the log and the trail say, against the journals and the signed list."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.race.bank.journal import entries_of
from tests.race.bank.prices import work_of

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LOST = re.compile(r"harness\.evidence_lost.*?operation_id=(.*?) seam=")

FORWARD_SECONDS = 3.0
"""Within which every process has acknowledged a flip, or is fenced: a lease and a second."""

BALANCES = """
SELECT a.id, a.credits, a.opening_credits + coalesce(sum(t.amount), 0)
FROM igny8_auth_account a LEFT JOIN billing_credittransaction t ON t.account_id = a.id
GROUP BY a.id HAVING a.credits <> a.opening_credits + coalesce(sum(t.amount), 0) OR a.credits < 0
"""
TWICE = """
SELECT operation_id, count(*) FROM billing_credittransaction WHERE operation_id <> '' GROUP BY 1 HAVING count(*) > 1
"""
CHARGES = """
SELECT id, operation_id, account_id, amount, priced_by, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
FROM billing_credittransaction WHERE operation_id LIKE 'bank:%%' AND id > %s ORDER BY id
"""
FLIPS = """
SELECT subject, after ->> 'everyone' = 'true', extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8
FROM migration_harness_auditevent
WHERE subject IN ('model-based-credits', 'model-selection') AND after ? 'everyone'
ORDER BY pg_xact_commit_timestamp(xmin), id
"""
COMPARISONS = """
SELECT operation_id, control_measure, candidate_measure FROM migration_harness_comparison
WHERE operation_id LIKE 'bank:%' AND seam = 'credits.text'
"""
FORKS = """
SELECT previous_hash, count(*) FROM migration_harness_auditevent GROUP BY 1 HAVING count(*) > 1
"""


class Books:
    """What the tables of one server say."""

    def __init__(self, connection: "psycopg.Connection[Any]", folder: Path, *, since: int) -> None:
        self._connection = connection
        self._folder = folder
        self._since = since
        self.accounts = [pk for (pk,) in connection.execute("SELECT id FROM igny8_auth_account ORDER BY id").fetchall()]
        self.charges = connection.execute(CHARGES, [since]).fetchall()
        self._flips = connection.execute(FLIPS).fetchall()
        self._conflicts: set[str] = set()
        self._intents: dict[str, list[float]] = defaultdict(list)
        for entry in entries_of(folder, "teller-*.journal"):
            if "intent" in entry:
                self._intents[entry["intent"]].append(entry["at"])
                if entry["conflict"]:
                    self._conflicts.add(entry["intent"])
        self.lost = {
            operation_id.strip("'\"")
            for log in folder.glob("teller-*.log")
            for operation_id in _LOST.findall(_ANSI.sub("", log.read_text(errors="replace")))
        }

    def violations(self) -> list[str]:
        """Return everything that is wrong, a sentence each."""
        return [*self._sums(), *self._prices(), *self._evidence(), *self._journals()]

    def _sums(self) -> Iterator[str]:
        for pk, credits_, due in self._connection.execute(BALANCES).fetchall():
            yield f"account {pk} has {credits_}, its entries make {due}"
        for operation_id, count in self._connection.execute(TWICE).fetchall():
            yield f"{operation_id} is in the ledger {count} times"
        for previous, count in self._connection.execute(FORKS).fetchall():
            yield f"the trail forks: {count} events follow {previous}"

    def _prices(self) -> Iterator[str]:
        for _, operation_id, account, amount, priced_by, at in self.charges:
            base = operation_id.removesuffix(":refund")
            work = work_of(base, len(self.accounts))
            payers = [self.accounts[work.account]]
            if operation_id.endswith(":taken back"):
                yield f"{operation_id} stayed, though its caller failed"
                continue
            if operation_id == base:
                yield from self._sides(operation_id, priced_by, at)
                if base in self._conflicts:
                    payers.append(self.accounts[(work.account + 1) % len(self.accounts)])
            due = work.prices["candidate"] if operation_id != base else -work.prices[priced_by]
            if amount != due:
                yield f"{operation_id} moved {amount}, due was {due} ({priced_by})"
            if account not in payers:
                yield f"{operation_id} was paid by account {account}, not by {payers}"

    def _sides(self, operation_id: str, priced_by: str, at: float) -> Iterator[str]:
        """Tell where a charge has the price of the wrong side."""
        if priced_by == "candidate" and not self._is_on(at):
            yield f"{operation_id} has the candidate's price after the rollback"
        # A unit of work keeps to what it began with where a flip goes forward, and that is what its process knew.
        begun = min([begun for begun in self._intents[operation_id] if begun < at], default=at) - FORWARD_SECONDS
        flips = [committed + 1e-6 for *_, committed in self._flips if begun < committed < at]
        if priced_by == "control" and operation_id not in self.lost and all(map(self._is_on, [begun, *flips, at])):
            yield f"{operation_id} has the legacy price, though the account is on the candidate"

    def _is_on(self, at: float) -> bool:
        """Tell whether the new price was in force: charges commit under shared locks, flips under exclusive ones."""
        state = {flag: is_on for flag, is_on, committed in self._flips if committed < at}
        return all(state.get(flag) for flag in ("model-based-credits", "model-selection"))

    def _evidence(self) -> Iterator[str]:
        rows = self._connection.execute(COMPARISONS).fetchall()
        found = Counter(operation_id for operation_id, _, _ in rows)
        everything = "SELECT operation_id FROM billing_credittransaction WHERE operation_id LIKE 'bank:%'"
        charged = {each for (each,) in self._connection.execute(everything).fetchall() if not each.endswith(":refund")}
        for operation_id in charged:
            if found[operation_id] != 1 and not (found[operation_id] == 0 and operation_id in self.lost):
                yield f"{operation_id} has {found[operation_id]} comparisons"
        for operation_id in found.keys() - charged:
            yield f"{operation_id} has a comparison and no charge"
        for operation_id, control, candidate in rows:
            prices = work_of(operation_id, len(self.accounts)).prices
            if (control, candidate) != (prices["control"], prices["candidate"]):
                yield f"{operation_id} was compared as {control} and {candidate}, it is {prices}"

    def _journals(self) -> Iterator[str]:
        ledger = dict(self._connection.execute("SELECT operation_id, amount FROM billing_credittransaction").fetchall())
        intended = set()
        for entry in entries_of(self._folder, "teller-*.journal"):
            if "intent" in entry:
                suffix = ":refund" if entry["way"] == "refund" else ""
                intended.add(f"{entry['intent']}{suffix}")
            if "done" in entry:
                operation_id = f"{entry['done']}{':refund' if entry['way'] == 'refund' else ''}"
                if abs(ledger.get(operation_id, 0)) != entry["credits"]:
                    yield f"{operation_id} was told as {entry['credits']}, the ledger has {ledger.get(operation_id)}"
        for operation_id in ledger:
            if operation_id and operation_id.startswith("bank:") and operation_id not in intended:
                yield f"{operation_id} is in the ledger, and nobody meant it"
