"""Sessions in the database, under the hash of their key: who reads a row, or a dump of it, is not signed in by it.

The key itself is what a browser shows, and is nowhere else. It has 165 random bits, so a plain hash tells nobody what
it is; the column takes forty characters.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

_BYTES = 20


def kept_as(session_key: str) -> str:
    """Return under which key a session is kept."""
    return blake2b(session_key.encode(), digest_size=_BYTES).hexdigest()


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, each under the hash of its key."""

    def exists(self, session_key: str) -> bool:
        """Tell whether there is a session with this key."""
        return super().exists(kept_as(session_key))

    async def aexists(self, session_key: str) -> bool:
        """Tell the same."""
        return await sync_to_async(self.exists)(session_key)

    def create_model_instance(self, data: Mapping[str, Any]) -> AbstractBaseSession:
        """Return the row of this session, which has its key nowhere."""
        row = super().create_model_instance(dict(data))
        row.session_key = kept_as(row.session_key)
        return row

    async def acreate_model_instance(self, data: Mapping[str, Any]) -> AbstractBaseSession:
        """Return the same."""
        return await sync_to_async(self.create_model_instance)(data)

    def delete(self, session_key: str | None = None) -> None:
        """Remove a session, this one where none is named."""
        if key := session_key or self.session_key:
            super().delete(kept_as(key))

    async def adelete(self, session_key: str | None = None) -> None:
        """Remove the same."""
        await sync_to_async(self.delete)(session_key)

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        key = kept_as(self.session_key or "")
        found = self.model.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    async def _aget_session_from_db(self) -> AbstractBaseSession | None:
        return await sync_to_async(self._get_session_from_db)()
