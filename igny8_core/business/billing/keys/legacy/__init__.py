"""The legacy store of the keys: deleted as a folder when the migration is complete."""
