"""The answers to a request that failed, in the envelope."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from rest_api.envelope import failure
from rest_api.parsing import BodyTooLarge


def refused(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to a refusal as REST framework knows it; None for any other error."""
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    response.data = _refusal(error)
    return response


def as_refusal(error: Exception) -> Exception:
    """Return what REST framework calls an error of Django; any other error as it is."""
    match error:
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return BodyTooLarge()
        case UnreadablePostError():
            return exceptions.ParseError("The body ended too early.")
        case SuspiciousOperation():
            return exceptions.ParseError("The request is malformed, or has too many fields.")
        case _:
            return error


def broken() -> Response:
    """Return the answer to an error that nobody expected, without a word about the inside.

    Whoever asks for it has logged the error: the line carries the traceback and the same request id.
    """
    set_rollback()
    told = "Something went wrong here. The log has more under this request id."
    return Response(failure(told, code="internal_error"), status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def _refusal(error: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        return failure(str(error.detail), code=error.default_code)
    fields: dict[str, list[str]] = {}
    for name, text in _wrong("", error.detail):
        fields.setdefault(name, []).append(text)
    told = "; ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in fields.items())
    return failure(told, code=error.default_code, fields={name: texts for name, texts in fields.items() if name})


def _wrong(name: str, detail: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each wrong field and what is wrong; what is about no field has an empty name.

    A field in another one has both names, with a dot.
    """
    if isinstance(detail, dict):
        for key, inner in detail.items():
            # What is wrong with one value of a list is wrong with the list.
            inside = name if key == "non_field_errors" or isinstance(key, int) else f"{name}.{key}".lstrip(".")
            yield from _wrong(inside, inner)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _wrong(name, inner)
    else:
        yield name, str(detail)
