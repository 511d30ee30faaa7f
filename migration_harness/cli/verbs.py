"""Which verbs there are, and where: a verb is imported when it is used, or when somebody asks for all of them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from django_typer.management import DTGroup, Typer
from typer.main import get_group

_VERBS: Final = (
    "status", "evidence", "gates", "verify", "advance", "checklist", "criteria", "errors", "flag", "rollback",
    "rollout", "replay", "explore", "simulate", "forecast", "backfill", "reconcile", "resync", "heal", "migrate",
    "audit", "fleet", "deferred", "notices", "trial-balance", "approvals", "certificate", "discrepancies", "legacy",
    "operations", "token", "init",
)  # fmt: skip
MODULES: Final = {verb: verb for verb in _VERBS} | {"trial-balance": "trial_balance", "token": "tokens"}
"""The module of this room by the verb. In it is a function of the module's name, or ``app``: verbs below the verb."""


class _Imported(Mapping[str, Any]):
    """The parser's commands by their verbs. Whoever takes one imports its module."""

    def __init__(self, django_command: Any) -> None:
        self._django_command = django_command
        self._made: dict[str, Any] = {}

    def __getitem__(self, verb: str) -> Any:
        if verb not in self._made:
            self._made[verb] = self._make(verb, MODULES[verb])
        return self._made[verb]

    def __contains__(self, verb: object) -> bool:
        return verb in MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)

    def _make(self, verb: str, name: str) -> Any:
        module = import_module(f"{__package__}.{name}")
        # A tree of its own: one more verb in the command's would have the library make all of that anew.
        around: Any = Typer()
        around.django_command = self._django_command
        if hasattr(module, "app"):
            around.add_typer(module.app, name=verb)
        else:
            around.command(verb)(getattr(module, name))
        return get_group(around).commands[verb]


class Verbs(DTGroup):
    """``harness`` itself: knows the names of its verbs, and imports the one that is used."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = _Imported(self.django_command)
