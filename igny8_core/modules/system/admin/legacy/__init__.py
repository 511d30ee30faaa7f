"""What the admin has for the legacy settings alone: deleted as a folder when the migration is complete."""
