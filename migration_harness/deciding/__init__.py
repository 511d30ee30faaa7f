"""Which side answers, and who may say so: the stage table, flags and snapshot, leases, the unit of work."""
