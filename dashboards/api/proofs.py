"""The answer to flips that were made: one that a process does not obey is no success, nor is half of one."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response

from migration_harness.control.rollback import ProvenFlip
from rest_api.envelope import failure, success


def proven_answer(proven: ProvenFlip, data: dict[str, Any], *, said: str) -> Response:
    """Return the answer to a rollback or a drill; ``said`` is what was done, for a person."""
    if proven.refused:
        return Response(failure(said, code="partly_refused") | {"data": data}, status=status.HTTP_409_CONFLICT)
    if proven.proof.holds:
        return Response(success(data, message=said))
    answer = failure(said, code="not_acknowledged") | {"data": data}
    return Response(answer, status=status.HTTP_504_GATEWAY_TIMEOUT)
