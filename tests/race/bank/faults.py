"""What goes wrong around the bank. Each fault ends by itself, and the bank goes on."""

import os
import signal
import time
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from tests.race.bank.bank import Bank

OTHERS: Final = "datname = 'igny8' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


def kill_a_teller(bank: "Bank", chance: Random) -> None:
    bank.tellers.kill(chance.choice(bank.tellers.names))


def stop_a_teller(bank: "Bank", chance: Random) -> None:
    with stopped(bank.tellers.pid(chance.choice(bank.tellers.names))):
        time.sleep(chance.uniform(0.2, 3.0))


def kill_a_banker(bank: "Bank", chance: Random) -> None:
    bank.bankers.kill(chance.choice(bank.bankers.names))


def stop_a_banker(bank: "Bank", chance: Random) -> None:
    """Stop one wherever it is, perhaps in the middle of a flip."""
    with stopped(bank.bankers.pid(chance.choice(bank.bankers.names))):
        time.sleep(chance.uniform(0.5, 4.0))


def cancel_a_statement(bank: "Bank", _: Random) -> None:
    for _attempt in range(50):
        if bank.ask(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE {OTHERS} AND state = 'active' LIMIT 1"):
            return


def terminate_a_backend(bank: "Bank", _: Random) -> None:
    bank.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS} ORDER BY random() LIMIT 1")


def hold_an_account(bank: "Bank", chance: Random) -> None:
    hold(bank, "SELECT 1 FROM igny8_auth_account ORDER BY random() LIMIT 3 FOR UPDATE", chance.uniform(0.3, 1.5))


def hold_the_log(bank: "Bank", chance: Random) -> None:
    hold(bank, "LOCK TABLE migration_harness_comparison IN ACCESS EXCLUSIVE MODE", chance.uniform(0.3, 1.5))


def hold_a_flag(bank: "Bank", chance: Random) -> None:
    hold(bank, "SELECT 1 FROM migration_harness_flag FOR UPDATE", chance.uniform(0.3, 1.5))


def hold_the_epoch(bank: "Bank", chance: Random) -> None:
    hold(bank, "SELECT 1 FROM migration_harness_epoch FOR UPDATE", chance.uniform(0.3, 1.5))


def hold_the_trail(bank: "Bank", chance: Random) -> None:
    hold(bank, "LOCK TABLE migration_harness_auditevent IN SHARE MODE", chance.uniform(0.3, 1.5))


def lose_the_cache(bank: "Bank", chance: Random) -> None:
    bank.cache.kill()
    time.sleep(chance.uniform(0.2, 2.0))
    bank.cache.start()


def hang_the_cache(bank: "Bank", chance: Random) -> None:
    bank.cache.hang()
    time.sleep(chance.uniform(0.2, 3.0))
    bank.cache.go_on()


def crash_the_database(bank: "Bank", _: Random) -> None:
    bank.cluster.crash()


FAULTS: Final[tuple[Callable[["Bank", Random], None], ...]] = (
    kill_a_teller, stop_a_teller, kill_a_banker, stop_a_banker, cancel_a_statement, terminate_a_backend,
    hold_an_account, hold_the_log, hold_a_flag, hold_the_epoch, hold_the_trail, lose_the_cache, hang_the_cache,
    crash_the_database,
)  # fmt: skip


class stopped:  # noqa: N801  It reads as what it does.
    """A process that does nothing while the block runs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def __enter__(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGCONT)


def hold(bank: "Bank", sql: str, seconds: float) -> None:
    """Take a lock and keep it; whoever may end the holder may."""
    try:
        with bank.cluster.connect() as connection, connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '2s'")
            connection.execute(sql)
            time.sleep(seconds)
    except psycopg.Error:
        pass
