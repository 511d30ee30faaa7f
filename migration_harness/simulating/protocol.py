"""What the model makes of the protocol's own statements: flags and epoch, charges, leases, and who holds up a flip."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from psycopg import errors

from migration_harness.simulating.database import Rows, Session
from migration_harness.simulating.saying import next_id, says

FLAG_LOCK: Final = 0x6861_666C
"""As in ``control/locks.py`` and ``sql/charges.sql``."""
_FLAG, _MEMBER, _EPOCH = "migration_harness_flag", "migration_harness_flagmember", "migration_harness_epoch"
_LEASE: Final = "migration_harness_lease"


@says(r"INSERT INTO migration_harness_epoch ")
def _next_epoch(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    row = session.claim_row(_EPOCH, 1) or {"id": 1, "value": 0}
    session.write(_EPOCH, 1, {**row, "value": row["value"] + 1})
    return [(row["value"] + 1,)]


@says(r"SELECT coalesce\(max\(value\), 0\) FROM migration_harness_epoch")
def _epoch(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    return [(session.rows(_EPOCH).get(1, {"value": 0})["value"],)]


@says(r"SELECT \(SELECT value FROM migration_harness_epoch\), f\.name")
def _snapshot(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    epoch, members = session.rows(_EPOCH).get(1, {"value": None})["value"], session.rows(_MEMBER).values()
    told = ("name", "stage", "baseline", "everyone", "share_bps", "compared_bps", "salt", "epoch", "requires",
            "has_store", "retired")  # fmt: skip
    return [
        (
            epoch,
            *(flag[column] for column in told),
            *(
                [each["account_id"] for each in members if each["flag_id"] == key and each["included"] is on]
                for on in (True, False)
            ),
        )
        for key, flag in session.rows(_FLAG).items()
        if parameters["name"] in (None, flag["name"])
    ]


@says(r"DELETE FROM migration_harness_flagmember ")
def _forget_members(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    flag, accounts = parameters
    for key, row in session.rows(_MEMBER).items():
        if row["flag_id"] == flag and row["account_id"] in accounts and session.lock_row(_MEMBER, key) is not None:
            session.write(_MEMBER, key, None)
    return []


@says(r"SELECT hash FROM migration_harness_audithead FOR NO KEY UPDATE")
def _head(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    row = session.lock_row("migration_harness_audithead", (1,))
    return [] if row is None else [(row["hash"],)]


@says(r"SELECT FROM migration_harness_epoch FOR NO KEY UPDATE")
def _take_counter(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.lock_row(_EPOCH, 1)
    return []


# Charges.


@says(r"SELECT flag, flag_epoch FROM migration_harness_begin_charge\(")
def _begin_charge(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    names, bounded = parameters
    return enter_charge(session, names, bounded=bounded)


def enter_charge(session: Session, names: Sequence[str], *, bounded: bool) -> Rows:
    """Do what ``migration_harness_enter_charge`` does: every lock first, then each epoch as it is by then."""
    if bounded:
        session.set("transaction_timeout", "1s")
    for key in sorted(row["id"] for row in session.rows(_FLAG).values() if row["name"] in names):
        session.lock(("advisory", FLAG_LOCK, key), is_shared=True)
    return [(row["name"], row["epoch"]) for row in session.rows(_FLAG).values() if row["name"] in names]


@says(r"SELECT simulated_settle\(")
def _settle(session: Session, text: str, parameters: Any) -> Rows:
    """A host's ledger in one statement: confirm the flags, then write; false where they are others by now."""
    flags, bounded, *entry = parameters
    seen: dict[str, int] = json.loads(flags)
    found = {str(name): epoch for name, epoch in enter_charge(session, sorted(seen), bounded=bounded)}
    if any(found.get(name, epoch) != epoch for name, epoch in seen.items()):
        return [(False,)]
    _post(session, text, entry)
    return [(True,)]


@says(r"SELECT simulated_post\(")
def _post(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    """A host's ledger: the account's row, then the entry, once for each operation."""
    operation_id, account, credits_, side, epoch, process = parameters
    row = session.lock_row("account", account)
    if row is None:
        raise errors.ForeignKeyViolation("there is no such account")
    if session.claim_row("entry", operation_id) is not None:
        return [(False,)]
    if row["credits"] < credits_:
        raise errors.CheckViolation("credits are never below zero")
    session.write("account", account, {**row, "credits": row["credits"] - credits_})
    entry = {"id": operation_id, "account": account, "credits": credits_, "side": side, "epoch": epoch}
    session.write("entry", operation_id, entry | {"process": process})
    return [(True,)]


# Leases.


@says(r"LISTEN ")
def _listen(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    session.listens.add(text.split()[1])
    return []


@says(r"INSERT INTO migration_harness_lease ")
def _take_lease(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    now, key = session.database.clock(), next_id(session, _LEASE)
    row = {name: parameters[name] for name in ("host", "pid", "role")}
    row |= {"id": key, "epoch": 0, "open_units": 0, "open_breakers": [], "ran_out": None}
    row |= {"taken_at": now, "renewed_at": now, "acknowledged_at": now}
    session.write(_LEASE, key, row | {"expires_at": now + timedelta(seconds=parameters["seconds"])})
    return [(key,)]


@says(r"UPDATE migration_harness_lease SET epoch = ")
def _renew(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    # The counter as it was when the statement began: it may wait for the row.
    counter = _epoch(session, "", ())
    row = session.lock_row(_LEASE, parameters["id"])
    if row is None:
        return []
    now = session.database.clock()
    new = {**row, "renewed_at": now, "expires_at": now + timedelta(seconds=parameters["seconds"])}
    if row["epoch"] != parameters["epoch"]:
        new["acknowledged_at"] = now
    new |= {name: parameters[name] for name in ("epoch", "open_units", "open_breakers")}
    session.write(_LEASE, parameters["id"], new)
    return counter


@says(r"DELETE FROM migration_harness_lease WHERE id = ")
def _release_lease(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    if session.lock_row(_LEASE, parameters[0]) is not None:
        session.write(_LEASE, parameters[0], None)
    return []


@says(r"SELECT id, renewed_at, host, pid, role, open_units, epoch >= ")
def _leases_known(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    now, told = session.database.clock(), ("id", "renewed_at", "host", "pid", "role", "open_units")
    return [
        (*(row[column] for column in told), row["epoch"] >= parameters[0], row["expires_at"] > now)
        for row in session.rows(_LEASE).values()
        if row["ran_out"] != row["renewed_at"]
    ]


@says(r"SELECT id, renewed_at FROM migration_harness_lease WHERE ran_out ")
def _look_over(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    now = session.database.clock()
    return [
        (row["id"], row["renewed_at"])
        for row in session.rows(_LEASE).values()
        if row["ran_out"] != row["renewed_at"] and row["expires_at"] < now
    ]


@says(r"UPDATE migration_harness_lease l SET ran_out = ")
def _mark(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    for key, at in sorted(zip(*parameters, strict=True)):
        row = session.rows(_LEASE).get(key)
        if row is not None and row["renewed_at"] == at and session.is_free((_LEASE, key)):
            session.write(_LEASE, key, {**session.rows(_LEASE)[key], "ran_out": at})
    return []


@says(r"DELETE FROM migration_harness_lease WHERE ran_out = ")
def _forget(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    before = session.database.clock() - timedelta(hours=1)
    for key, row in session.rows(_LEASE).items():
        if row["ran_out"] == row["renewed_at"] and row["expires_at"] < before and session.lock_row(_LEASE, key):
            session.write(_LEASE, key, None)
    return []


# Who holds up a flip.


@says(r"WITH RECURSIVE way \(pid\) AS \( SELECT unnest")
def _holders(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    database = session.database
    waiting = database.sessions.get(parameters["pid"])
    way: list[Session] = []
    ahead = [] if waiting is None else database.locks.blockers(waiting)
    while ahead:
        other = ahead.pop(0)
        if other not in way:
            way.append(other)
            ahead += database.locks.blockers(other)
    now_ns = database.scheduler.now_ns
    return [
        (other.pid, other.name, "simulated", "active" if other.is_active else "idle in transaction", None, other.last,
         (now_ns - other.own.began_ns) / 1_000_000_000)
        for other in way
        if other is not waiting and not database.locks.is_waiting(other)
    ]  # fmt: skip


@says(r"WITH RECURSIVE way \(pid\) AS \( SELECT %\(pid\)s")
def _prepared(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    return []


@says(r"SELECT pg_terminate_backend\(")
def _terminate(session: Session, text: str, parameters: Any) -> Rows:  # noqa: ARG001
    other = session.database.sessions.get(parameters[0])
    if other is not None:
        other.end()
    return [(other is not None,)]
