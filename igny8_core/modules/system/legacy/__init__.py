"""The hard-coded model choices: deleted as a folder when the migration is complete."""
