"""Keys in every store, and everything runs, with providers that echo them: no fragment comes out anywhere.

By default a provider that answers and one that refuses, with the commands and pages that show keys and what became of
calls; ``make soak`` sets SOAK=1, has every way, execution path, error, command and page.
"""

import logging
import os
from pathlib import Path

import httpx2
import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, Plan, User
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.api import ExecutionPath
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.source import source
from migration_harness.models import NoticeDelivery, RecordedOperation
from migration_harness.operations.shadows import work_off
from migration_harness.rollout.notices.confirming import KIND
from migration_harness.rollout.notices.outbox import NoticeKind
from migration_harness.secret import Secret
from tests.receiver import Receiver
from tests.waiting import PATIENCE_SECONDS

from . import journey, told
from .echoing import WAYS, echoing
from .keys import Canary, planted_key

FIELDS = ("openai_api_key", "dalle_api_key", "runware_api_key", "anthropic_api_key", "bria_api_key")
SECRETS = ("api_key", "api_secret", "webhook_secret")
OWN_COLUMNS = {("system_globalintegrationsettings", name) for name in FIELDS}
QUICK = {"clustering", "image_generation"}
SOAK = os.environ.get("SOAK") == "1"
SHORT = WAYS[:2]
SHADOWED = {"RECORDED_BPS": 10_000, "SHADOWED_BPS": 10_000, "SHADOW_MS": 60_000}
"""Every operation is recorded, and run again on both sides."""


@pytest.fixture(scope="module")
def planted():
    """A key for every store, by the store's name."""
    stores = [
        *(f"settings {name}" for name in FIELDS),
        *(f"{provider} {name}" for provider in ("openai", "runware", "stripe", "resend") for name in SECRETS),
        "environment", "password of a customer", "password of the superuser", "secret of the webhook",
        *(f"notices {name}" for name in told.ADDRESSES),
    ]  # fmt: skip
    begins = {"openai": "sk-", "secret of the webhook": "whsec_"}
    return {store: planted_key(next((b for w, b in begins.items() if w in store), "")) for store in stores}


@pytest.fixture(scope="module")
def everything(committed_demo, planted, tmp_path_factory):
    """Do all that there is to do, and return every text that came out, by where it was."""
    patch, folder, media = pytest.MonkeyPatch(), tmp_path_factory.mktemp("canary"), tmp_path_factory.mktemp("media")
    harness = django_settings.HARNESS
    patch.setattr(django_settings, "MEDIA_ROOT", str(media))
    patch.setenv("OPENAI_API_KEY", planted["environment"])
    with (
        sandbox() as provider,
        echoing(provider.url) as echo,
        Receiver() as receiver,
        journey.everything_logged() as log,
    ):
        secret = {"secret": [Secret(planted["secret of the webhook"])]}
        notices = {**harness["NOTICES"], **secret, **told.receivers(receiver, planted)}
        patch.setattr(django_settings, "HARNESS", harness | SHADOWED | {"NOTICES": notices})
        _plant(planted, echo.url)
        texts = _do_everything(echo, receiver, planted, folder)
        with connection.cursor() as cursor:
            texts["database"] = journey.database(cursor, own=OWN_COLUMNS)
        with redis.Redis.from_url(django_settings.REDIS_URL) as client:
            texts["broker and cache"] = journey.broker(client)
        texts["recorded operations"] = {
            str(each.pk): str(each.__dict__) for each in RecordedOperation.objects.order_by("pk")
        }
    texts["log"] = {"log": log.getvalue()}
    texts["run folder"] = _files(Path(django_settings.RUN_DIR)) | _files(media)
    yield texts, echo.heard, receiver.came
    patch.undo()


def _plant(planted, url):
    for provider in ("openai", "runware", "stripe", "resend"):
        row, _ = IntegrationProvider.objects.get_or_create(pk=provider, defaults={"display_name": provider})
        for name in SECRETS:
            setattr(row, name, Secret(planted[f"{provider} {name}"]))
        row.is_active = True
        row.save()
    GlobalIntegrationSettings.objects.filter(pk=1).update(**{name: planted[f"settings {name}"] for name in FIELDS})
    for provider in ("openai", "runware"):
        journey.give_address(provider, url)


def _do_everything(echo, receiver, planted, folder):
    account = Account.objects.select_related("plan").get(name="Blue Harbour")
    Plan.objects.update(most_sites=10_000)
    user = User.objects.create_user("customer", account=account, password=planted["password of a customer"])
    boss = User.objects.create_superuser("boss", password=planted["password of the superuser"])
    customer, client = APIClient(raise_request_exception=False), Client(raise_request_exception=False)
    customer.force_login(user)
    texts = {"answers": {}}

    def done(name, told):
        texts["answers"] |= {f"{name} {each}": text for each, text in told.items()}

    for side, ways in (("control", WAYS if SOAK else SHORT), ("candidate", WAYS[:2] if SOAK else WAYS[:1])):
        for way in ways:
            echo.way = way
            journey.on_model(account, "")
            journey.operations(account, kinds=None if (side, way) == ("control", WAYS[0]) else QUICK)
            journey.on_model(account, journey.ON_RUNWARE)
            journey.operations(account, kinds={"image_generation"})
        for path in (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW, ExecutionPath.SCHEDULED) if SOAK else ():
            journey.operations(account, kinds={"clustering"}, path=path)
        done(f"{side} buttons", journey.buttons(customer, account))
        done(f"{side} automation", journey.automation(customer, account))
        for error in (httpx2.ConnectError, RuntimeError, httpx2.ReadError, OSError)[: 4 if SOAK else 1]:
            with journey.client_that_raises(error), pytest.MonkeyPatch.context() as patch:
                patch.setattr(django_settings, "DEBUG", True)
                done(f"{side} {error.__name__}", journey.buttons(customer, account))
        work_off(at_most_seconds=PATIENCE_SECONDS)
        with journey.client_that_raises(RuntimeError):
            done(f"{side} automation that raises", journey.automation(customer, account))
        change_flag(name="integration-provider-keys", change=FlagChange(everyone=True), actor="canary")
        source().newest()
    texts["notices"] = told.everybody(receiver, customer, account, key=planted["openai api_key"])
    texts["commands and files"] = journey.commands(folder, whole=SOAK)
    client.force_login(boss)
    texts["pages"] = journey.pages(client, customer=customer, whole=SOAK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "DEBUG", True)
        client.cookies.clear()
        signed_in = {"username": "boss", "password": planted["password of the superuser"]}
        texts["pages"]["signing in"] = client.post("/admin/login/", signed_in, follow=True).content.decode()
    return texts


def _files(folder):
    """Return the files, the servers' logs among them, but the tables and what is kept where secrets belong."""
    found = {}
    # The servers' folders are links where PostgreSQL may not be root's.
    for within, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [each for each in folders if each not in ("data", "secrets")]
        paths = [Path(within, name) for name in names]
        found |= {str(each): each.read_bytes().decode("latin-1") for each in paths if each.is_file()}
    return found


PLACES = (
    "answers", "pages", "commands and files", "database", "broker and cache", "recorded operations", "log",
    "run folder", "notices",
)  # fmt: skip


class TestKeys:
    def test_were_sent_by_both_sides(self, everything, planted):
        _, heard, _ = everything
        names = ("settings dalle_api_key", "settings openai_api_key", "settings runware_api_key", "openai api_key",
                 "runware api_key")  # fmt: skip
        assert {planted[name] for name in names} <= heard

    @pytest.mark.parametrize("place", PLACES)
    def test_are_in_no_fragment_in(self, everything, planted, place):
        texts, _, _ = everything
        assert sum(map(len, texts[place].values())) > 500
        assert Canary(planted).found_in(texts[place]) == {}

    def test_are_where_everybody_is_told_of_everything(self, everything, planted):
        _, _, came = everything
        kinds = {*map(str, NoticeKind), KIND}
        assert {each.content["type"] for each in came} == kinds
        errors = [each for each in came if each.content["data"].get("details", {}).get("verdict") == "candidate_error"]
        assert errors
        assert {each.path.rpartition("/")[2] for each in came} == {
            planted[f"notices {name}"] for name in told.ADDRESSES
        }
        assert {each.channel for each in NoticeDelivery.objects.all()} == {"webhook", "email", "heads"}

    def test_are_where_operations_were_shadowed(self, everything):
        assert RecordedOperation.objects.filter(shadow__in=["matched", "explained", "differed"]).exists()

    def test_are_in_the_columns_where_they_belong_and_found_there(self, everything, planted):
        with connection.cursor() as cursor:
            found = Canary(planted).found_in(journey.database(cursor, own=set()))
        assert set(found) == {"system_globalintegrationsettings"}
        assert found["system_globalintegrationsettings"] == {f"settings {name}" for name in FIELDS}


class TestSearch:
    """It would have found them."""

    @pytest.mark.parametrize("form", ["part", "base64", "hex", "json"])
    def test_finds_a_fragment_in_every_form(self, form):
        import base64
        import json

        key = planted_key()
        texts = {
            "part": f"... {key[11:19]} ...",
            "base64": base64.b64encode(f"user:{key}".encode()).decode(),
            "hex": key.encode().hex(),
            "json": json.dumps({"a": [{"b": key}]}),
        }
        assert Canary({"store": key}).found_in({form: texts[form], "other": planted_key()}) == {form: {"store"}}

    def test_finds_a_key_that_is_logged_kept_queued_or_written(self, db, tmp_path):
        key = planted_key()
        canary = Canary({"store": key})
        with journey.everything_logged() as log:
            logging.getLogger("somebody.else").debug("sent %s", {"Authorization": f"Bearer {key}"})
            try:
                raise RuntimeError(key)  # noqa: TRY301
            except RuntimeError:
                logging.getLogger("somebody.else").exception("it failed")
        Account.objects.create(name=key, plan=Account.objects.first().plan if Account.objects.exists() else _plan())
        with connection.cursor() as cursor:
            kept = journey.database(cursor, own=OWN_COLUMNS)
        cache.set("canary", {"said": key})
        with redis.Redis.from_url(django_settings.REDIS_URL) as client:
            queued = journey.broker(client)
        cache.delete("canary")
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "file").write_bytes(os.urandom(100) + key.encode())
        debug, error = [line for line in log.getvalue().splitlines() if line.startswith("{")]
        assert (canary.stores_in(debug), canary.stores_in(error)) == ({"store"}, {"store"})
        assert set(canary.found_in(kept)) == {"igny8_auth_account"}
        assert len(canary.found_in(queued)) == 1
        assert len(canary.found_in(_files(tmp_path))) == 1


def _plan():
    return Plan.objects.create(name="Canary", included_credits=0)
