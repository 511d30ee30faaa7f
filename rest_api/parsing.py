"""Reading a request: JSON as RFC 8259 has it, within bounds, and nothing that cannot be kept or sent back."""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import IO, Any, Final

from django.conf import settings
from django.http import QueryDict
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser

MOST_LEVELS: Final = 20
"""How deep a body may be nested."""
MOST_UPLOADED_BYTES: Final = 10 * 1024**2
"""Of files in one request: more keywords than a plan has room for."""
MOST_DIGITS: Final = 300
"""Of a whole number: more are none to a float. Which numbers a field takes it says itself."""


class BodyTooLarge(APIException):
    """The body has more bytes than ``DATA_UPLOAD_MAX_MEMORY_SIZE``, or its files more than are taken."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large. Send it in parts."
    default_code = "body_too_large"


class BoundedFileParser(MultiPartParser):
    """Takes files of so many bytes in all; more are refused before one of them is read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return fields and files; raises BodyTooLarge and ParseError."""
        request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_UPLOADED_BYTES:
            raise BodyTooLarge
        return super().parse(stream, media_type, parser_context)


class StrictJSONParser(JSONParser):
    """Takes one object in UTF-8, whatever the charset of its content type says.

    REST framework's own takes other codecs and any depth, and lets pass what the database (NUL, half a surrogate
    pair) or a JSON answer (an infinite number) cannot hold. Each is an error of the request and not of the service.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  REST framework's signature.
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return the body; raises ParseError, and BodyTooLarge."""
        try:
            body = read_json(_read(stream).decode())
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        if not isinstance(body, dict):
            raise ParseError("The body must be a JSON object.")
        return body


def read_json(text: str) -> Any:
    """Return the value of a JSON text that a database keeps. Raises ValueError, and ParseError where it does not."""
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ParseError(_too_deep()) from None
    for each in _values(value):
        _require_keepable(each)
    return value


class StrictDecoder(json.JSONDecoder):
    """Decodes for a form what :func:`read_json` does for a body; anything else is no JSON to it."""

    def decode(self, s: str, *_args: Any) -> Any:
        """Return the value; raises JSONDecodeError."""
        try:
            return read_json(s)
        except (ParseError, ValueError) as error:
            raise json.JSONDecodeError(str(error), s, 0) from None


def _read(stream: IO[Any]) -> bytes:
    """Return a body of bounded size: REST framework reads past Django's own bound."""
    most: int | None = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is None:
        return bytes(stream.read())
    read = bytes(stream.read(most + 1))
    if len(read) > most:
        raise BodyTooLarge
    return read


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one that says two things under one name is read differently by everybody."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ParseError("The body has a name twice in one object.")
    return made


def _values(body: Any) -> Iterator[Any]:
    """Yield every name and value of a body; raises ParseError where it is nested too deeply."""
    level: list[Any] = [body]
    for _ in range(MOST_LEVELS):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                inner += value
            else:
                yield value
        level = inner
    if level:
        raise ParseError(_too_deep())


def _require_keepable(value: Any) -> None:
    if isinstance(value, float) and not isfinite(value):
        raise ParseError("The body has a number that is infinite or none.")
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise ParseError(f"The body has a number of more than {MOST_DIGITS} digits.")
    if isinstance(value, str) and not is_keepable(value):
        raise ParseError("The body has a text with a NUL character or half a surrogate pair.")


def is_keepable(text: str) -> bool:
    """Tell whether a database keeps this text."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def refuse_unkeepable(query: QueryDict) -> None:
    """Raise ValidationError for a query that no database could look for."""
    unkeepable = {
        name: ["Has a NUL character."]
        for name, values in query.lists()
        if not all(is_keepable(text) for text in (name, *values))
    }
    if unkeepable:
        raise ValidationError(unkeepable)


def _too_deep() -> str:
    return f"The body is nested more than {MOST_LEVELS} levels deep."
