"""The legacy tariff: deleted as a folder when the migration is complete."""
