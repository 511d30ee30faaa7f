"""Which form a body has and an answer gets."""

from collections.abc import Iterable

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OnlyOneForm(BaseContentNegotiation):
    """Answers in the one form that an endpoint has, whatever the client says that it accepts.

    REST framework negotiates before it authenticates: a refusal of the form would come before that of the person.
    """

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser of the body's content type, None where there is none."""
        content_type = media_type(request)
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002  REST framework's signature.
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        """Return the endpoint's renderer."""
        only = next(iter(renderers))
        return only, only.media_type


def media_type(request: Request) -> str:
    """Return the content type of a request without its parameters; empty where it names none."""
    return (request.content_type or "").split(";")[0].strip().lower()
