"""A finding at its smallest input, as a sample keeps it: no single step makes it smaller."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from migration_harness.exceptions import NotExportable
from migration_harness.exploring.inputs import Inputs
from migration_harness.exploring.trying import tried
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import payload_of
from migration_harness.reviewing.regression.minimising import minimised
from migration_harness.reviewing.regression.rebuilding import rebuilt_call
from migration_harness.seams.reconstruction import reconstruction_of
from migration_harness.seams.seam import Seam


def smallest(seam: Seam[Any, Any], found: Comparison, inputs: Inputs) -> Comparison:
    """Return the finding at the smallest input that can be made again from a sample; else as it was found."""
    payload = payload_of(found.judgement, found.call)
    made: dict[str, Comparison] = {}

    def same(recorded: dict[str, Any]) -> bool:
        try:
            call = again(seam, recorded, payload["kinds"])
            differs = inputs.allows(call) and tried(seam, call)
        except Exception:  # noqa: BLE001  A call that cannot be made is not the same.
            return False
        if differs and differs.signature == found.signature:
            made["smallest"] = differs
            return True
        return False

    minimised(payload["call"], same=same)
    return made.get("smallest", found)


def again(seam: Seam[Any, Any], recorded: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call made again from what is kept of it, with rows as the database has them. Raises NotExportable."""
    call = rebuilt_call(seam.candidate, recorded, reconstruction_of(seam.name), kinds)
    return {name: _as_stored(each.value) for name, each in call.items()}


def _as_stored(value: Any) -> Any:
    """Return a model's row, of which a sample keeps the key alone. Raises NotExportable where it is gone."""
    if not isinstance(value, Model):
        return value
    kind = type(value)
    if (row := kind._default_manager.filter(pk=value.pk).first()) is None:  # noqa: SLF001  The documented way.
        raise NotExportable(f"The row {kind.__name__} {value.pk} is gone.")
    return row
