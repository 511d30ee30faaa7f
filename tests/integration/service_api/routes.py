"""All addresses of the service's API, as the resolver has them."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

from igny8_core.api.base import ServiceEndpoint

from .clients import API

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address of the API: ``template`` has the names of its parts in braces."""

    template: str
    name: str
    view: type[ServiceEndpoint]
    methods: tuple[str, ...]
    initkwargs: dict[str, Any]

    @property
    def variables(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.template)

    def path(self, **values: Any) -> str:
        return self.template.format(**values)


def service_routes() -> list[Route]:
    """Return every address that a ServiceEndpoint answers, except that of nothing."""
    return [
        _route(path, pattern)
        for path, pattern in _patterns(get_resolver().url_patterns, "/")
        if issubclass(getattr(pattern.callback, "cls", object), ServiceEndpoint) and pattern.name != "nowhere"
    ]


def model_of(route: Route) -> type[Model]:
    queryset = getattr(route.view, "queryset", None)
    assert queryset is not None, f"Say which model {route.template} is of."
    return queryset.model


def _patterns(patterns, before):
    for pattern in patterns:
        path = before + _template(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern
        else:
            yield from _patterns(pattern.url_patterns, path)


def _template(pattern):
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern))
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(pattern))
    return text.removeprefix("^").removesuffix("$").removesuffix("\\Z").replace("\\", "")


def _route(path, pattern):
    callback = pattern.callback
    actions = getattr(callback, "actions", None)
    methods = tuple(
        method
        for method in METHODS
        if (method.lower() in actions if actions else hasattr(callback.cls, method.lower()))
        and method.lower() in callback.cls.http_method_names
    )
    assert path.startswith(API), path
    return Route(template=path, name=pattern.name, view=callback.cls, methods=methods, initkwargs=callback.initkwargs)
