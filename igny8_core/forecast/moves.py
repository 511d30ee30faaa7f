"""On which model an account's call would run after: calls on a default follow it, what was chosen stays."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from igny8_core.ai.exceptions import ModelError
from igny8_core.ai.seams import default_model
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.forecast.pricer import side_of
from igny8_core.modules.system.models import IntegrationSettings
from migration_harness.api import HarnessError

Moves: TypeAlias = Mapping[str, str]
"""The model after, by the recorded one; a model that is not in it stays."""

_FIELDS: Final = {"text_model": AIModelConfig.ModelType.TEXT, "image_model": AIModelConfig.ModelType.IMAGE}


class NoMoves:
    """Every call stays on the model that it names."""

    targets: Moves = MappingProxyType({})

    def of(self, account_id: str) -> Moves:  # noqa: ARG002  The signature of DefaultMoves.
        """Return the moves of an account: none."""
        return self.targets


NO_MOVES: Final = NoMoves()


class DefaultMoves:
    """Which of every account's calls move.

    The seam of the default model is asked once for each way in which accounts differ for it: whether the plan allows
    choices, and whose images the account chose.
    """

    def __init__(self, flags: frozenset[str]) -> None:
        self._flags = flags
        self._defaults: dict[tuple[Any, ...], Moves] = {}
        self._chosen = _chosen_models()
        self._of: dict[str, Moves] = {}
        for account in _accounts():
            moves = self._moves_of(account)
            chosen = self._chosen[account.pk] if account.plan.allows_overrides else frozenset()
            if kept := {old: new for old, new in moves.items() if old not in chosen}:
                self._of[str(account.pk)] = moves if len(kept) == len(moves) else kept

    def of(self, account_id: str) -> Moves:
        """Return the moves of an account."""
        return self._of.get(account_id, {})

    @property
    def targets(self) -> Moves:
        """Every move that an account makes; raises HarnessError where one model would become two."""
        found: dict[str, str] = {}
        for moves in {id(each): each for each in self._of.values()}.values():
            for old, new in moves.items():
                if found.setdefault(old, new) != new:
                    raise HarnessError(
                        f"In place of {old} some accounts would get {found[old]} and some {new}: "
                        "this forecast cannot tell them apart. Give the new default to everybody."
                    )
        return found

    def _moves_of(self, account: Any) -> Moves:
        alike = (account.plan.allows_overrides, account.image_service)
        if alike not in self._defaults:
            found = {}
            for model_type in _FIELDS.values():
                before, after = (_default(account, model_type, flags) for flags in (frozenset[str](), self._flags))
                if before and after and before != after:
                    found[before] = after
            self._defaults[alike] = found
        return self._defaults[alike]


def _default(account: Account, model_type: str, flags: frozenset[str]) -> str:
    """Return what an account gets that chose none; empty where there is no default: its calls stay as recorded."""
    try:
        found: str = side_of(default_model, flags)(account=account, model_type=model_type)
    except ModelError:
        return ""
    return found


def _accounts() -> Any:
    own = IntegrationSettings.objects.filter(account=OuterRef("pk"), site=None).values("image_service")[:1]
    rows = Account.objects.select_related("plan").order_by("pk")
    return rows.annotate(image_service=Coalesce(Subquery(own), Value(""))).iterator()


def _chosen_models() -> dict[int, set[str]]:
    """Return the models that an account or a site of it has chosen."""
    found: dict[int, set[str]] = defaultdict(set)
    for account_id, *models in IntegrationSettings.objects.values_list("account_id", *_FIELDS):
        found[account_id].update(model for model in models if model)
    return found
