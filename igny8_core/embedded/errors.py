"""What can go wrong with the embedded servers.

::

    EmbeddedError
    ├── AlreadyOwned    another ``make run`` of this checkout is running
    ├── Busy            another command has been starting or stopping servers for too long
    ├── ForeignFolder   a folder that must be ours belongs to somebody else
    └── ServerFailed    a server did not start or stop; carries the end of its log
"""


class EmbeddedError(Exception):
    """Root of the errors of the embedded servers. The message says what to do next."""


class AlreadyOwned(EmbeddedError):
    """Another process owns the servers of this checkout."""


class Busy(EmbeddedError):
    """A lock was not released in time."""


class ForeignFolder(EmbeddedError):
    """A folder that must be ours is somebody else's, or is readable by others."""


class ServerFailed(EmbeddedError):
    """A server did not start or stop in time."""
