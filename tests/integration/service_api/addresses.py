"""How each address of the API is asked, and which rows it can name.

The addresses come from the resolver, their queries from the schema and the rows from the models, so that what is
added is tested too: an address that is not known here fails the tests until it is entered.
"""

from collections.abc import Callable
from functools import cache
from json import dumps
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model

from igny8_core.api.generator import ServiceSchema
from igny8_core.auth.models import Site
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt, Task

from .clients import API
from .routes import Route, model_of, service_routes
from .rows import Rows

ROUTES = {route.template.removeprefix(API): route for route in service_routes()}
FOR_OPERATORS = {"system/provider-keys/"}
"""Addresses that no account has anything to do with; who may use them is tested with what they do."""
ADDRESSES = [(method, path) for path, route in ROUTES.items() for method in route.methods if path not in FOR_OPERATORS]
WITH_ROW = [(method, path) for method, path in ADDRESSES if ROUTES[path].variables]
WITHOUT_ROW = [(method, path) for method, path in ADDRESSES if not ROUTES[path].variables]
READS = [path for method, path in ADDRESSES if method == "GET"]
WRITES = [(method, path) for method, path in WITHOUT_ROW if method != "GET"]

OPEN = {"auth/login/", "auth/logout/", "auth/me/"}
"""Addresses that anybody may ask; they show and change nothing but who is signed in."""

ROW_OF: dict[str, type[Model]] = {
    "site": Site, "cluster": Cluster, "content": Content, "source": Content, "target": Content, "task": Task,
    "prompt": ImagePrompt,
}  # fmt: skip
"""The model of a row that a query names."""

BODIES: dict[tuple[str, str], Callable[[Rows], dict[str, Any]] | None] = {
    ("POST", "accounts/sites/"): None,
    ("POST", "auth/login/"): None,
    ("POST", "auth/logout/"): None,
    ("PATCH", "system/settings/"): None,
    ("POST", "automation/cancel/"): None,
    ("POST", "automation/pause/"): None,
    ("POST", "automation/resume/"): None,
    ("POST", "automation/run_now/"): None,
    ("POST", "automation/update_config/"): None,
    ("PUT", "automation/update_config/"): None,
    ("PATCH", "automation/update_config/"): None,
    ("POST", "planner/keywords/"): lambda rows: {
        "site": rows[Site].pk, "keyword": "rye bread", "cluster": rows[Cluster].pk,
    },
    ("POST", "planner/keywords/cluster/"): lambda rows: {"ids": [rows[Keyword].pk]},
    ("POST", "planner/keywords/import/"): lambda rows: {
        "site": rows[Site].pk, "file": SimpleUploadedFile("keywords.csv", b"keyword\nrye bread\n"),
    },
    ("POST", "planner/clusters/"): lambda rows: {"site": rows[Site].pk, "name": "Bread"},
    ("POST", "planner/clusters/generate_ideas/"): lambda rows: {"ids": [rows[Cluster].pk]},
    ("POST", "planner/ideas/"): lambda rows: {"cluster": rows[Cluster].pk, "title": "How to bake"},
    ("POST", "planner/ideas/queue/"): lambda rows: {"ids": [rows[ContentIdea].pk]},
    ("POST", "writer/tasks/"): lambda rows: {"site": rows[Site].pk, "title": "Bake", "cluster": rows[Cluster].pk},
    ("POST", "writer/contents/"): lambda rows: {"site": rows[Site].pk, "title": "Bake", "html": "<p>Bake.</p>"},
    ("POST", "writer/image_prompts/generate_images/"): lambda rows: {"ids": [rows[ImagePrompt].pk]},
}  # fmt: skip
"""What a write without a row in its address sends: a body that names rows, or None where none can be named."""


class _RowsOfNobody(dict):
    """Rows that do not exist: an answer about them says what nobody may find out."""

    def __missing__(self, model):
        return SimpleNamespace(pk=987_654_321)


NOBODYS = _RowsOfNobody()
NAMED_IN_BODY = [
    (method, path, name)
    for (method, path), body in BODIES.items()
    for name, value in (body(NOBODYS) if body else {}).items()
    if isinstance(value, int | list)
]


def ask(client, method, path, *, rows: Rows, query: Rows | None = None, body=None, only=None):
    """Ask for the row of a tenant; the query names those rows too, or with ``query`` another tenant's."""
    route = ROUTES[path]
    url = route.path(**{name: rows[model_of(route)].pk for name in route.variables})
    named = {name: (query or rows)[ROW_OF[name]].pk for name in ([only] if only else needed(method, route))}
    url = f"{url}?{urlencode(named)}"
    if any(isinstance(value, SimpleUploadedFile) for value in (body or {}).values()):
        return client.post(url, body, format="multipart")
    return client.generic(method, url, dumps(body or {}), content_type="application/json")


@cache
def described() -> dict[str, Any]:
    return ServiceSchema().get_schema(request=None, public=True)["paths"]


def ids_in_query(method: str, route: Route) -> list[dict[str, Any]]:
    """Return what may stand in the query of an address and names a row."""
    numbers = [each for each in parameters_of(method, route).values() if each["schema"].get("type") == "integer"]
    return [each for each in numbers if each["name"] not in {"page", "page_size"}]


def parameters_of(method: str, route: Route) -> dict[str, dict[str, Any]]:
    operation = described().get(route.template.replace("{pk}", "{id}"), {}).get(method.lower(), {})
    return {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}


def needed(method: str, route: Route) -> list[str]:
    return [each["name"] for each in ids_in_query(method, route) if each.get("required")]


NAMED_IN_QUERY = [
    (method, path, each["name"]) for method, path in ADDRESSES for each in ids_in_query(method, ROUTES[path])
]
LISTS = [path for path in READS if "page" in parameters_of("GET", ROUTES[path])]
