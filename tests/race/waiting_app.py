"""The service, and one address more, ``/waits/``, whose answer takes until the file that the environment names exists.

Each request decides first, as one that charges does; so its process holds a lease, and has to acknowledge a rollback.
"""

import os
import time
from pathlib import Path

from igny8_core.wsgi import application as service
from migration_harness.deciding.source import decide

_over = Path(os.environ["WAITS_FOR"])


def application(environ, start_response):
    decide("model-based-credits", 1)
    if environ["PATH_INFO"] != "/waits/":
        return service(environ, start_response)
    with _over.with_name("waiting").open("a") as waiting:
        waiting.write("x")
    while not _over.exists():
        time.sleep(0.05)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"over"]
