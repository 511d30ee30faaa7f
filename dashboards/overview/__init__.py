"""The overview: the state of the migration on one screen, kept live while somebody looks."""
