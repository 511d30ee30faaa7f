"""Schema migrations: they add, so that the code of the revision before runs on the tables of today."""
