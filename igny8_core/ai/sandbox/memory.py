"""What the sandbox keeps from one request to the next."""

import threading
from typing import Final

from igny8_core.ai.sandbox.faults import Faults
from igny8_core.ai.sandbox.record import Record

_PICTURES_KEPT: Final = 200


class Memory:
    """Of one server; its requests are answered in threads that share it."""

    def __init__(self, *, token: str) -> None:
        self.token = token
        """Who sends it may read and empty the record."""
        self.record = Record()
        self.faults = Faults()
        self.pictures: dict[str, bytes] = {}
        self.closing = threading.Event()
        """Ends what is slow on purpose."""

    def keep_picture(self, name: str, content: bytes) -> None:
        """Keep a picture for whoever fetches it, and drop the oldest ones."""
        self.pictures[name] = content
        for oldest in list(self.pictures)[:-_PICTURES_KEPT]:
            self.pictures.pop(oldest, None)

    def forget(self) -> None:
        """Begin anew: no request recorded, no fault counted."""
        self.record.forget()
        self.faults.forget()
