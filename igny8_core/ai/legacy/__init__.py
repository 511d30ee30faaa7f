"""The legacy way to keys: deleted as a folder when the migration is complete."""
