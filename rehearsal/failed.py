"""How a rehearsal ends that does not end well."""


class Failed(Exception):
    """A step did not end as it must: says which, and what was printed."""
