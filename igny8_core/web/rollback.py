"""The web server that rolls back and does nothing else: a process and a port of its own, behind no other traffic.

Threads of one process share its interpreter: where all others compute, a rollback's takes seconds (lanes.py is for
those that wait). So ``rollback`` of the Procfile serves the same pages, and of all addresses only those of the lanes.
"""

from collections.abc import Iterable
from typing import Any, Final

from igny8_core.web.lanes import lane_of
from igny8_core.wsgi import application as service

_NOT_HERE: Final = (
    b"This address is kept free for rollbacks: /migration/, its brakes and each flag's page there, and the "
    b"rollbacks of /api/v1/migration/. Ask the main address of the service for everything else.\n"
)


def application(variables: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer what has a lane; 404 for everything else, which names where that is."""
    if lane_of(variables["PATH_INFO"]) is not None:
        return service(variables, start_response)
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", str(len(_NOT_HERE)))])
    return [_NOT_HERE]
