"""What must be true after every step, whatever happens: section 6 of the design, as a machine can check it.

Written from what is promised, not from how it is kept: which account is on the candidate, for example, is told here
from the rows alone.
"""

from typing import TYPE_CHECKING, Any, Final

from migration_harness.simulating.database import Row, Session, Transaction
from migration_harness.simulating.processes import SimulatedProcess
from migration_harness.simulating.scenario import PRICES

if TYPE_CHECKING:
    from migration_harness.simulating.world import World

OPENING: Final = 1_000_000
"""Credits of each account at the beginning."""
CREDITS: Final = {"control": 7, "candidate": 3}
"""The price of an operation on either side."""

_COMPARED: Final = ("stage", "baseline", "everyone", "share_bps", "epoch")


class Broken(Exception):
    """A promise was broken: which one, and by whom."""


class Invariants:
    """Watches a run. Raises Broken at the step that breaks a promise."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._proven_epoch = 0
        self._off_since: int | None = None
        """The epoch since which nobody is on the candidate, whatever was proven of it; None where somebody may be."""
        self._checked: dict[str, Any] = {}
        self._states = {0: self._committed()}

    # Acknowledging N means: every decision that begins from now on uses N or newer.

    def after_step(self) -> None:
        """Check the process whose step it was."""
        task = self._world.scheduler.current
        if task is not None and isinstance(task.owner, SimulatedProcess):
            self._check(task.owner)

    def proven(self, epoch: int) -> None:
        """Be told that a flip's proof holds: every process obeys this epoch, or has no right to decide."""
        self._proven_epoch = max(self._proven_epoch, epoch)
        for process in self._world.processes.values():
            self._check(process)

    def answered_by_the_candidate(self, process: SimulatedProcess) -> None:
        """Be told that somebody has got the candidate's answer."""
        if self._off_since is not None and self._proven_epoch >= self._off_since:
            raise Broken(f"{process} gave the candidate's answer after the rollback was proven.")

    def _check(self, process: SimulatedProcess) -> None:
        source = process.source
        if source is None or process.is_killed or source._snapshot is None:  # noqa: SLF001  It is what is checked.
            return
        snapshot = source._snapshot  # noqa: SLF001
        may_decide = process.boot_ns() < source._deadline_ns  # noqa: SLF001
        if may_decide and snapshot.epoch < self._proven_epoch:
            raise Broken(
                f"{process} may decide by epoch {snapshot.epoch}, though everybody was said to obey epoch "
                f"{self._proven_epoch}."
            )
        if self._checked.get(process.name) is not snapshot:
            self._checked[process.name] = snapshot
            by_notice = snapshot.epoch > process.loaded_epoch
            self._world.sometimes.reached("a notice brought the flag, and nothing was loaded", by_notice)
            if by_notice:
                self._world.tell(process, f"hears of epoch {snapshot.epoch}, and decides by it")
            self._compare(process, snapshot)

    def _compare(self, process: SimulatedProcess, snapshot: Any) -> None:
        """A snapshot says what the database had at its epoch."""
        state = self._states.get(snapshot.epoch)
        said = {
            name: (*(getattr(flag, field) for field in _COMPARED), flag.included, flag.excluded)
            for name, flag in snapshot.flags.items()
        }
        if said != state:
            raise Broken(
                f"{process} has flags of epoch {snapshot.epoch} that the database never had: {said}, not {state}."
            )

    # Flips.

    def before_commit(self, session: Session, transaction: Transaction) -> None:
        """Check what a transaction is about to make true."""
        counter = transaction.writes.get(("migration_harness_epoch", 1))
        if counter is not None:
            self._check_flip(session, transaction, counter)
        for (table, _), row in transaction.writes.items():
            if table == "entry" and row is not None:
                self._check_entry(session, row)

    def after_commit(self, session: Session, transaction: Transaction) -> None:  # noqa: ARG002  As it is called.
        """Remember what the flags are by now, and check the books."""
        counter = transaction.writes.get(("migration_harness_epoch", 1))
        if counter is not None:
            self._states[counter["value"]] = self._committed()
            if not self._is_nobody_on_the_candidate():
                self._off_since = None
            elif self._off_since is None:
                self._off_since = counter["value"]
        if any(table == "entry" for table, _ in transaction.writes):
            self._check_books()

    def _check_flip(self, session: Session, transaction: Transaction, counter: Row) -> None:
        database = self._world.database
        before = database.table("migration_harness_epoch")[1]["value"]
        if counter["value"] != before + 1:
            raise Broken(f"The flip of {session.owner} takes epoch {counter['value']}, and the last one is {before}.")
        written = {table for table, _ in transaction.writes}
        flips = [row for (table, _), row in transaction.writes.items() if table == "migration_harness_flag"]
        if [row and row["epoch"] for row in flips] != [counter["value"]]:
            raise Broken(f"The flip of {session.owner} took epoch {counter['value']}, and no flag has it alone.")
        if "migration_harness_auditevent" not in written:
            raise Broken(f"The flip of {session.owner} leaves no event on the trail.")
        if not transaction.notices:
            raise Broken(f"The flip of {session.owner} is told to nobody.")

    # Charges are linearizable with flips.

    def _check_entry(self, session: Session, entry: Row) -> None:
        flag = next(
            row for row in self._world.database.table("migration_harness_flag").values() if row["name"] == PRICES
        )
        due = "candidate" if self._is_on(entry["account"]) else "control"
        who = f"{session.owner}, {entry['id']}:"
        if entry["credits"] != CREDITS.get(entry["side"]):
            raise Broken(f"{who} it costs {entry['credits']} credits, which is not the price of {entry['side']}.")
        if entry["side"] == "candidate" != due:
            raise Broken(
                f"{who} it commits the candidate's price, and account {entry['account']} is on the control by now."
            )
        if entry["side"] != due and not entry["process"].endswith("in a unit of work"):
            raise Broken(f"{who} it commits the price of {entry['side']}, and account {entry['account']} is on {due}.")
        if entry["side"] == due == "candidate" and entry["epoch"] > flag["epoch"]:
            raise Broken(f"{who} it was decided by epoch {entry['epoch']}, which the flag does not have yet.")

    def _check_books(self) -> None:
        spent: dict[str, int] = {}
        for entry in self._world.database.table("entry").values():
            spent[entry["account"]] = spent.get(entry["account"], 0) + entry["credits"]
        for account, row in self._world.database.table("account").items():
            if row["credits"] != OPENING - spent.get(str(account), 0):
                raise Broken(f"Account {account} has {row['credits']} credits, and its entries say otherwise.")

    # What the rows say.

    def _is_on(self, account: str) -> bool:
        database = self._world.database
        members = database.table("migration_harness_flagmember").values()
        for key, flag in database.table("migration_harness_flag").items():
            named = [row["included"] for row in members if (row["flag_id"], row["account_id"]) == (key, account)]
            is_in = flag["everyone"] if flag["everyone"] is not None else named == [True]
            if flag["everyone"] is True and named == [False]:
                is_in = False
            if not is_in:
                return False
        return True

    def _is_nobody_on_the_candidate(self) -> bool:
        flags = self._world.database.table("migration_harness_flag").values()
        return any(flag["everyone"] is False for flag in flags)

    def _committed(self) -> dict[str, Any]:
        database = self._world.database
        members = database.table("migration_harness_flagmember").values()
        return {
            row["name"]: (
                *(row[field] for field in _COMPARED),
                *(frozenset(each["account_id"] for each in members if each["flag_id"] == key and each["included"] is on)
                  for on in (True, False)),
            )
            for key, row in database.table("migration_harness_flag").items()
        }  # fmt: skip
