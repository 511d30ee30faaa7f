"""How text of a request is read."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_CHARSET: Final = re.compile(r"""; \s* charset \s* = \s* ("[^"]*" | [^;]*)""", re.IGNORECASE | re.VERBOSE)


def read_as_utf8(application: Application) -> Application:
    """Let a WSGI application read every request as UTF-8, whatever the charset of its content type says.

    It may name any codec of Python, also one that reads no text (``charset=zlib``), and Django takes that for the
    query and for forms: an error while it makes the request, before any view or middleware is asked. JSON has no
    charset, and what a browser sends is UTF-8.
    """

    def without_charset(variables: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if content_type := variables.get("CONTENT_TYPE"):
            variables["CONTENT_TYPE"] = _CHARSET.sub("", content_type)
        return application(variables, start_response)

    return without_charset
