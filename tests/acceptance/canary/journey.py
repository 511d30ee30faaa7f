"""Everything that the service, the console and the commands do, with keys that must stay where they are."""

import io
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import structlog
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, Site
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.worker import take_turn
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.effects.typical import EVERY, Typical
from igny8_core.modules.system.models import IntegrationSettings
from igny8_core.structured_logging import logging_config
from migration_harness import queries
from migration_harness.api import ExecutionPath
from tests.integration.authority.addresses import addresses, model_of
from tests.integration.content_parts import API

from ..trace import TRACE

ON_RUNWARE = "runware:97@1"


def operations(
    account: Account, *, kinds: set[str] | None = None, path: ExecutionPath = ExecutionPath.DIRECT
) -> list[str]:
    """Do each kind of operation once; returns what became of each."""
    return [
        Typical(name=f"{kind} {uuid4()}", call=call, arrange=arrange, execution_path=path).do(_site(account))
        for kind, call, arrange in EVERY
        if kinds is None or kind in kinds
    ]


def _site(account: Account) -> Site:
    """Return a site on which nothing was done yet."""
    return Site.objects.create(account=account, name=f"Site {uuid4()}")


def on_model(account: Account, model: str) -> None:
    """Have the account's images made by this model; by the default's where it is empty."""
    IntegrationSettings.objects.update_or_create(account=account, site=None, defaults={"image_model": model})


def buttons(client: APIClient, account: Account) -> dict[str, str]:
    """Press what starts an operation; returns the answers."""
    wanted = {"planner/keywords/cluster/": "clustering", "writer/image_prompts/generate_images/": "image_generation"}
    rows = {kind: arrange(_site(account), "") for kind, _, arrange in EVERY if kind in wanted.values()}
    told = {}
    for path, kind in wanted.items():
        (ids,) = rows[kind].values()
        told[path] = client.post(f"{API}{path}", {"ids": ids}, format="json").content.decode()
    return told


def automation(client: APIClient, account: Account) -> dict[str, str]:
    """Start a run by its button, and work on it as a worker does."""
    site = _site(account)
    EVERY[0][2](site, "")
    AutomationConfig.objects.update_or_create(
        account=site.account, site=site, defaults={"enabled": True, "max_articles": 1, "max_images": 1}
    )
    started = client.post(f"{API}automation/run_now/?site={site.pk}", {}, format="json").content.decode()
    run = AutomationRun.objects.filter(site=site).latest("pk")
    take_turn(run_id=run.pk)
    shown = client.get(f"{API}automation/current_run/?site={site.pk}").content.decode()
    return {"run_now": started, "current_run": shown}


@contextmanager
def client_that_raises(error: Callable[[str], Exception]) -> Iterator[None]:
    """Have the HTTP client raise an error that quotes the request's key."""
    original = httpx2.HTTPTransport.handle_request

    def raising(_self: Any, request: httpx2.Request) -> httpx2.Response:
        raise error(str(request.headers["authorization"]))

    httpx2.HTTPTransport.handle_request = raising  # type: ignore[method-assign]
    try:
        yield
    finally:
        httpx2.HTTPTransport.handle_request = original  # type: ignore[method-assign]


LOUD = ("", "openai", "httpx2", "httpcore2")
"""Loggers that are set to DEBUG: the root's, and those that have a level of their own."""


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Keep all that is logged, at every level, as in production; also what the handlers of the service write."""
    kept, root = io.StringIO(), logging.getLogger()
    config = logging_config(json=True, level="DEBUG")["formatters"]["structlog"]
    handler = logging.StreamHandler(kept)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=config["foreign_pre_chain"], processors=config["processors"]
        )
    )
    loggers = [logging.getLogger(name) for name in LOUD]
    levels = [each.level for each in loggers]
    own = {each for logger in loggers for each in logger.handlers if type(each) is logging.StreamHandler}
    root.addHandler(handler)
    for each in loggers:
        each.setLevel(logging.DEBUG)
    with ExitStack() as streams:
        for each in own:
            streams.callback(each.setStream, each.setStream(kept) or each.stream)
        try:
            yield kept
        finally:
            root.removeHandler(handler)
            for each, level in zip(loggers, levels, strict=True):
                each.setLevel(level)


def commands(folder: Path, *, whole: bool) -> dict[str, str]:
    """Run verbs that show, export or write a file; returns what was printed, and what is in the files.

    By default those that show what operations left; ``whole`` for every one, also as it is printed for people.
    """
    found = queries.discrepancies()
    operations = queries.recorded_operations(limit=5 if whole else 1)
    writing = [
        f"operations export {folder}/operations.json --each 1", f"operations verify {folder}/operations.json",
        f"discrepancies export {folder}/discrepancies.json",
    ]  # fmt: skip
    looking = [
        "status", "errors", "audit", "discrepancies list", "operations list --limit 100", "operations shadow",
        *(f"discrepancies show {each.signature}" for each in (found if whole else found[:1])),
        *(f"operations show {each.pk}" for each in operations),
    ]  # fmt: skip
    if whole:
        writing = [
            f"replay {TRACE} --run canary --limit 12 --images 6", *writing, f"legacy backup {folder}/backup",
            f"certificate key {folder}/certificate.key", f"certificate make {folder}/certificate",
            *(f"discrepancies export {each.signature} --pytest {folder}/test_{each.signature}.py" for each in found),
        ]  # fmt: skip
        looking += [
            "evidence", *(f"gates {n}" for n in range(1, 8)), "checklist 1", "criteria", "audit --verify", "fleet",
            "notices", "trial-balance --full", "rollout", "approvals list", "token list", "discrepancies explanations",
            "operations laws", "legacy executed", "replay --runs", "forecast --since 1d", "heal --since 1d",
            "reconcile", "backfill integration-provider-keys", "legacy scan",
            *(f"flag {name}" for name in queries.snapshot().flags),
        ]  # fmt: skip
    told = {words: _said("harness", *words.split()) for words in writing}
    for words in looking:
        if whole:
            told[words] = _said("harness", *words.split())
        told[f"{words} --json"] = _said("harness", *words.split(), "--json")
    told["retired_choices"] = _said("retired_choices", "--json")
    told["dumpdata"] = _said("dumpdata", "--exclude=system.GlobalIntegrationSettings", "--exclude=contenttypes")
    files = {f"file {each.name}": each.read_bytes().decode("latin-1") for each in folder.iterdir() if each.is_file()}
    return told | files


def _said(*words: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        try:
            call_command(*words)
        except (Exception, SystemExit):  # noqa: BLE001  What it says then is said as well.
            out.write(traceback.format_exc())
    return out.getvalue()


NEAR_KEYS = re.compile("integration|provider|setting|key|recording|error|changes|usage|automation")
"""Addresses that show where keys are kept, and what became of calls with them."""


def pages(client: Client, *, customer: APIClient, whole: bool) -> dict[str, str]:
    """Open addresses as a superuser, and those of the service's API as a customer: every one where the ``whole`` is."""
    found = queries.discrepancies()
    captured = {"name": "model-based-credits", "signature": found[0].signature if found else "0" * 12, "number": 4}
    told = {}
    for address in addresses() if whole else filter(NEAR_KEYS.search, addresses()):
        model = model_of(address)
        rows = [] if model is None else list(model._default_manager.order_by("-pk")[:1])
        for row in rows or [None]:
            known = {"object": 1 if row is None else row.pk} | captured
            url = re.sub("<(\\w+)>", lambda name, known=known: str(known.get(name[1], 1)), address)
            told[url] = _body(client.get(url, follow=True))
            if url.startswith(API):
                told[f"{url} as a customer"] = _body(customer.get(url))
    for each in found if whole else found[:1]:
        told[each.signature] = client.get(f"/migration/discrepancies/{each.signature}/").content.decode()
    return told


def _body(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("latin-1")


def broker(redis: Any) -> dict[str, str]:
    """Return all that is in the broker and the cache, by key."""
    told = {}
    for key in redis.scan_iter(count=1_000):
        read = {
            b"string": lambda key=key: redis.get(key), b"list": lambda key=key: redis.lrange(key, 0, -1),
            b"hash": lambda key=key: redis.hgetall(key), b"zset": lambda key=key: redis.zrange(key, 0, -1),
            b"set": lambda key=key: redis.smembers(key),
        }.get(redis.type(key))  # fmt: skip
        if read is not None:
            told[key.decode("latin-1")] = _text(read())
    return told


def _text(value: Any) -> str:
    """Return what stands in a value of the broker; of a message also what its body is in base64."""
    import base64

    match value:
        case bytes():
            text = value.decode("latin-1")
            with suppress(ValueError, TypeError, KeyError):
                text += base64.b64decode(json.loads(text)["body"]).decode("latin-1")
            return text
        case dict():
            return " ".join(_text(each) for pair in value.items() for each in pair)
        case list() | set() | tuple():
            return " ".join(map(_text, value))
    return str(value)


def database(cursor: Any, *, own: set[tuple[str, str]]) -> dict[str, str]:
    """Return what is in every table, by its name, without the columns where keys belong."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables, told = [name for (name,) in cursor.fetchall()], {}
    for table in tables:
        without = [column for name, column in own if name == table]
        cursor.execute(f'SELECT string_agg((to_jsonb(t) - %s::text[])::text, chr(10)) FROM "{table}" t', [without])
        told[table] = cursor.fetchone()[0] or ""
    return told


def give_address(provider: str, url: str) -> None:
    """Have a provider asked there."""
    IntegrationProvider.objects.filter(pk=provider).update(base_url=url, is_sandbox=False)
