"""What came of the last flip that a person made here: kept in their session until the flag changes again."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from dashboards.flips import Flipped
from migration_harness.queries import FlagStatus

_KEY: Final = "migration_outcome"


def remember(request: HttpRequest, flipped: Flipped) -> None:
    """Keep the outcome of a change of one flag for the page that is shown next."""
    flag = flipped.asked
    request.session[_KEY] = {
        "flag": flag["flag"],
        "epoch": flag["epoch"],
        "sentence": flipped.sentence,
        "held": flipped.held is not None and flipped.held.is_failure,
        "left": flag["left"],
        "money": flag["money"],
        "proof": flipped.proof,
    }


def outcome_of(request: HttpRequest, flag: FlagStatus) -> Mapping[str, Any] | None:
    """Return the outcome that this person's last flip had; None where it is not about the flag as it is now."""
    kept: Mapping[str, Any] | None = request.session.get(_KEY)
    return kept if kept and (kept["flag"], kept["epoch"]) == (flag.name, flag.epoch) else None
