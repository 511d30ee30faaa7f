"""A row of each model of the harness and the service that the demo leaves empty, to be filled with hostile texts."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from igny8_core.auth.attempt_models import SignInAttempt
from igny8_core.business.automation.run_models import AutomationUnit
from igny8_core.business.billing.models import AIModelPriceChange
from migration_harness import models as harness_models
from migration_harness.authority import approvals
from migration_harness.authority.persons import acting
from migration_harness.tokens.holding import make_token
from tests.hostile import HOSTILE

from ..authority.people import asked

MADE = (
    "StoredExplanation", "Rollout", "RolloutStep", "Notice", "NoticeDelivery", "PhaseAdvance", "OutsidePlan", "TestRun",
    "ChecklistTick", "ExternalAnswer", "LegacyDeclaration", "LegacyEntry", "LegacyExecution", "LegacyStatement",
    "LegacyTable", "LegacyWatch", "UnmarkedProcess", "KeptError", "Drift", "RollbackProof", "VerifiedBackup",
    "RecordedOperation", "CapturedRow", "TrialFault", "Calling", "Lease", "Reporter", "TombstoneReporter",
    "DeferredCall", "ExploredDiscrepancy",
)  # fmt: skip
"""Models of the harness of which a row is made by its columns alone, in this order."""

KNOWN = {
    "flag": "model-based-credits",
    "seam": "keys.provider_key",
    "DeferredCall.stage": "shadow",
    "Drift.stage": "shadow",
    "signature": "0123456789ab",
    "phase": 4,
    "gate": "finance",
    "Notice.kind": "rolled_back",
    "LegacyEntry.kind": "beat",
    "execution_path": "manual",
    "role": "web",
    "purpose": "work",
    "LegacyExecution.purpose": "answer",
    "law": "balance",
    "table": "igny8_auth_account",
    "Drift.key": "openai",
    "level": "error",
    "authoritative": "control",
    "expires": timezone.now().date() + timedelta(days=30),
    "LegacyWatch.id": 1,
    "OutsidePlan.before": {"stage": "live", "baseline": "shadow", "everyone": None, "share_bps": 0},
    "ExploredDiscrepancy.payload": {
        "differences": [
            {"path": text, "kind": "value", "control": text, "candidate": text, "note": text}
            for text in HOSTILE.values()
        ],
        "call": dict(HOSTILE),
        "kinds": {},
        "expected": next(iter(HOSTILE.values())),
    },
    "TrialFault.account_id": "1",
    "TrialFault.key": "1",
    "RollbackProof.told": {
        "epoch": 4,
        "waited_ms": 1.0,
        "holds": True,
        "acknowledged": [],
        "fenced": [],
        "late": [],
        "ended": [],
    },
}
"""What code, or a CHECK, wants in a column, by its name, or that of its model and its own."""


def one_of_the_rest():
    """Make them past the triggers, as a restored dump would have them."""
    for number, text in enumerate(HOSTILE.values()):
        told = replace(asked(credits=number), sentence=text, again=text)
        approvals.put_down(told, by=acting(text[:150]), reason=text, now=timezone.now())
    make_token(username="ada", name="x", scopes=["read"], actor="ada")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in (
            *(getattr(harness_models, name) for name in MADE),
            AIModelPriceChange,
            AutomationUnit,
            SignInAttempt,
        ):
            _make(model)
        cursor.execute("SET LOCAL session_replication_role = origin")


def sign_the_newest_forecast():
    """Say each of the texts at signing the forecast that pages show."""
    known = {"forecast": harness_models.KeptForecast.objects.latest("pk"), "at": timezone.now()}
    said = [harness_models.ForecastSignOff(actor=text[:150], reason=text, **known) for text in HOSTILE.values()]
    harness_models.ForecastSignOff.objects.bulk_create(said)


def _make(model):
    keys = isinstance(model._meta.pk, models.AutoField)
    columns = [
        f for f in model._meta.concrete_fields if not (keys and f.primary_key) or model.__name__ == "LegacyWatch"
    ]
    model._base_manager.bulk_create([model(**{field.attname: _least(field) for field in columns})])


def _least(field):  # noqa: C901  One line a kind of column.
    """Return the least that a column takes."""
    name = f"{field.model.__name__}.{field.name}"
    if name in KNOWN or field.name in KNOWN:
        return KNOWN.get(name, KNOWN.get(field.name))
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    match field:
        case _ if field.choices:
            return next(iter(field.choices))[0]
        case models.ForeignKey():
            return field.related_model._base_manager.first().pk
        case models.DateTimeField():
            return timezone.now() + timedelta(hours=1 if field.name.startswith(("expires", "until", "give_up")) else 0)
        case models.DateField():
            return timezone.now().date()
        case models.BooleanField():
            return False
        case models.JSONField():
            return {}
        case ArrayField():
            return []
        case models.UUIDField():
            return uuid4()
        case models.IntegerField() | models.DecimalField() | models.FloatField():
            return 4
    return "x"
