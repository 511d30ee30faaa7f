"""Which code something runs on: its import closure, told from source alone. Knows no Django, and imports nothing."""
