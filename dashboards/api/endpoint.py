"""What every endpoint of the API has in common; nothing of it applies to another API of the service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.cache import add_never_cache_headers
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from dashboards.api.errors import answer_to
from dashboards.api.permissions import MayDo, actor_of, missing
from dashboards.api.requests import NoQuery
from dashboards.api.throttles import ReadThrottle, WriteThrottle
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor
from migration_harness.authority.asking import require
from migration_harness.database.transaction import commits_for_itself
from rest_api.authentication import TokenAuthentication
from rest_api.negotiation import OnlyOneForm
from rest_api.parsing import StrictJSONParser, is_keepable, refuse_unkeepable
from rest_api.scopes import HasScope
from rest_api.strict import StrictSerializer, checked


class OperatorEndpoint(APIView):
    """An endpoint for operators: JSON in, the envelope out, never from a cache."""

    # The token first: its challenge makes the answer to an anonymous request 401.
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (MayDo,)
    throttle_classes: Sequence[type[BaseThrottle]] = (ReadThrottle, WriteThrottle)
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    content_negotiation_class = OnlyOneForm
    # No OPTIONS: the schema describes an endpoint better, and REST framework answers outside of the envelope.
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    actions: Mapping[str, Sequence[Action]] = {}
    """For each method that writes the actions of which whoever uses it may do one; to read, looking is enough."""

    query: type[StrictSerializer] = NoQuery
    """What may stand behind the question mark."""

    needed_scope: str | None = None
    """What a token needs here; None: by the method, as :class:`rest_api.scopes.HasScope` says."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse an endpoint that writes and does not say what."""
        super().__init_subclass__(**options)
        if undeclared := missing(cls):
            raise TypeError(f"{cls.__name__} does not declare in actions what {', '.join(undeclared)} does.")

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view, which commits for itself."""
        return commits_for_itself(super().as_view(**initkwargs))

    def get_permissions(self) -> Sequence[Any]:
        """Ask who it is, then what their token may; no endpoint can leave the second question out."""
        return [*super().get_permissions(), HasScope()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let operators in, then read the query into ``asked``."""
        super().initial(request, *args, **kwargs)
        if not all(is_keepable(str(value)) for value in kwargs.values()):
            raise exceptions.NotFound
        refuse_unkeepable(request.query_params)
        self.asked = checked(self.query, request.query_params)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        """Answer every error in the envelope."""
        return answer_to

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Render an error as JSON, also where the endpoint answers with something else."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, Response) and final.exception:
            final.accepted_renderer = JSONRenderer()
            final.accepted_media_type = JSONRenderer.media_type
        add_never_cache_headers(final)
        return final

    @property
    def actor(self) -> str:
        """Who goes into the audit trail."""
        return self.acting.name

    @property
    def acting(self) -> Actor:
        """Who asks, and what they may."""
        return actor_of(self.request)

    def require(self, action: Action, *, subject: str = "") -> None:
        """Ask for an action that only the body names; raises NotAllowed."""
        require(self.acting, action, subject=subject)
