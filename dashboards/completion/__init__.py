"""When the migration is complete: its criteria, and the errors of the log that stand before the end."""
