"""Which side answers for an account: the stage table, the snapshot that decides, a process's lease."""
