"""A router as many hosts have one: reads go to a replica, which here lags for ever."""


class ReadsFromTheReplica:
    """Sends every read to the replica and every write to the primary."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, *_, **__):
        return True

    def allow_migrate(self, db, *_, **__):
        return db == "default"
