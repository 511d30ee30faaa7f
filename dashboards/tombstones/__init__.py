"""The page of legacy code that is marked: who still executes it, and of what nobody would know."""
