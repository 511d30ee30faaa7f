"""Changes: what the trail tells, a page at a time."""
