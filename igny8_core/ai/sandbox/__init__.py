"""The sandbox provider: a local HTTP server that speaks the wire formats of OpenAI and Runware.

It stands in for both where no real key is configured, and in tests. Nothing here needs Django or a
database: ``python -m igny8_core.ai.sandbox --port N`` runs it alone, :func:`sandbox` in a thread.

The same request gets the same answer. A marker in a prompt asks for token counts or for misbehaviour,
see :mod:`igny8_core.ai.sandbox.markers`.
"""

from igny8_core.ai.sandbox.record import RecordedRequest
from igny8_core.ai.sandbox.server import Sandbox, sandbox

__all__ = ["RecordedRequest", "Sandbox", "sandbox"]
