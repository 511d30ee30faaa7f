"""Success criteria: the lines by which a migration is complete, each answered from evidence."""
