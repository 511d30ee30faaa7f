"""Guards: what must hold while a rollout runs, else it rolls back. One class a file, all with one method."""
