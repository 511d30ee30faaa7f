"""Two stores as small as can be, and a write seam between them."""

from hashlib import sha256

from django.db import connection

from migration_harness.deciding.stages import Side
from migration_harness.seams.write_seam import WriteSeam
from migration_harness.stores.pair import StorePair

FLAG, SEAM = "trial-store", "trial.store"


class TrialStore:
    """A table of keys and values."""

    def __init__(self, side):
        self.table = f"trial_{side.value}"

    def create(self):
        self._run(f"CREATE TABLE IF NOT EXISTS {self.table} (key text PRIMARY KEY, value text NOT NULL)")

    def drop(self):
        self._run(f"DROP TABLE IF EXISTS {self.table}")

    def keys(self):
        return [key for (key,) in self._run(f"SELECT key FROM {self.table} ORDER BY key")]

    def read(self, key):
        found = self._run(f"SELECT value FROM {self.table} WHERE key = %s", key)
        return found[0][0] if found else None

    def write(self, key, value):
        if value is None:
            self._run(f"DELETE FROM {self.table} WHERE key = %s", key)
            return
        self._run(
            f"INSERT INTO {self.table} VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            value,
        )

    def fingerprint(self, value):
        return sha256(value.encode()).hexdigest()

    def contents(self):
        return dict(self._run(f"SELECT key, value FROM {self.table}"))

    def _run(self, sql, *parameters):
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []


class Trial:
    """A write seam whose sides remember being called, and do before their write what a test gives them to do."""

    def __init__(self, *, before=None, subject=lambda *, account, **_: account, key=lambda *, key, **_: key):
        self.wrote = []
        self.before = before or {}
        self.control, self.candidate = TrialStore(Side.CONTROL), TrialStore(Side.CANDIDATE)
        self.seam = WriteSeam(
            name=SEAM,
            flag=FLAG,
            control=self._side(Side.CONTROL, self.control),
            candidate=self._side(Side.CANDIDATE, self.candidate),
            subject=subject,
            key=key,
        )
        self.pair = StorePair(flag=FLAG, seam=SEAM, control=self.control, candidate=self.candidate)

    def _side(self, side, store):
        def write(*, key, value, account):
            self.wrote.append(side.value)
            if (planned := self.before.get(side)) is not None:
                if isinstance(planned, BaseException):
                    raise planned
                planned(key, value)
            store.write(key, value)
            return side.value

        return write

    def write(self, key="k", value="new", *, account="1"):
        return self.seam(key=key, value=value, account=account)

    @property
    def values(self):
        """What both stores have, the control's first."""
        return self.control.contents(), self.candidate.contents()
