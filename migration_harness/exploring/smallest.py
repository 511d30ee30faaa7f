"""A finding at its smallest input, as a sample keeps it: no single step makes it smaller."""

from collections.abc import Mapping
from typing import Any

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
    """Return a call made again from what is kept of it. Raises NotExportable."""
    call = rebuilt_call(seam.candidate, recorded, reconstruction_of(seam.name), kinds)
    return {name: each.value for name, each in call.items()}
