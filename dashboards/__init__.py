"""The console: where people look at a migration and act on it."""
