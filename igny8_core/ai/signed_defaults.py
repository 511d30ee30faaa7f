"""The default models that the business signed, as an oracle: its own few lines, read by neither side."""

import tomllib
from importlib.resources import files
from typing import Any, Final

from migration_harness.api import Oracle, version_of

_FILE: Final = files("igny8_core.business.billing") / "price_list.toml"
_LIST: Final[dict[str, Any]] = tomllib.loads(_FILE.read_text())

SIGNED_DEFAULTS: Final[dict[str, str]] = _LIST["defaults"]
"""The model that whoever chooses none gets, by ``text`` and ``image``."""


def _signed_default(*, model_type: str, **_: object) -> str | None:
    default: str | None = SIGNED_DEFAULTS.get(model_type)
    return default


def _recorded_default(*, model_type: str, **_: object) -> str | None:
    default: str | None = _LIST["legacy_defaults"].get(model_type)
    return default


signed_defaults = Oracle(
    name="signed defaults",
    reason="Whoever chooses no model gets the default of the signed price list.",
    owner=_LIST["signed"]["by"],
    expires=_LIST["signed"]["explains_until"],
    answer=_signed_default,
    recorded_legacy=_recorded_default,
    version=version_of(_FILE.read_bytes()),
)
