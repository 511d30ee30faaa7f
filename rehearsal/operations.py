"""What whole operations did while the service was at work: run again on both sides, and held to the laws."""

from collections import Counter
from typing import Any, Final

from rehearsal.failed import Failed
from rehearsal.place import Place
from rehearsal.story import Story

STATES: Final = ("matched", "explained", "differed", "unreproducible", "skipped", "due")
_COMPARED: Final = ("matched", "explained", "differed")
_DAYS: Final = ("--days", "1")


class Operations:
    """Says of each phase what came of its operations; stops where one broke a law or differed for no known reason."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._phase, self._before, self._now = 0, Counter[str](), Counter[str]()

    def tell(self, place: Place, phase: int, *, are_compared: bool = True) -> str:
        """Tell what came of those of a phase, which begins with the first time that it is told of. Raises Failed.

        ``are_compared`` is false where they ran while its candidates could not.
        """
        if phase != self._phase:
            self._phase, self._before = phase, self._now
        laws, shadowed = place.harness("operations", "laws"), place.harness("operations", "shadow", *_DAYS)
        self._now = Counter({state: sum(kind[state] for kind in shadowed["kinds"]) for state in STATES})
        self._now["recorded"] = sum(kind["recorded"] for kind in laws["kinds"])
        self._now["unlawful"] = sum(kind["broken"] for kind in laws["kinds"])
        self._refuse(place, self._now)
        since = self._now - self._before
        if are_compared and not any(self._now[state] for state in _COMPARED):
            raise Failed(f"Not one operation was compared on both sides: {shadowed['not_compared']}")
        told = [f"{since[name]:,} {name}" for name in ("recorded", *STATES) if since[name]]
        sentence = ", ".join([*told, "0 unlawful"])
        self._story.figures[phase]["operations"] = sentence
        return sentence

    @staticmethod
    def _refuse(place: Place, sums: Counter[str]) -> None:
        if sums["unlawful"]:
            broken = place.harness("operations", "list", "--unlawful")["operations"]
            raise Failed("\n".join(["Operations broke laws:", *map(_unlawful, broken)]))
        if sums["differed"]:
            found = place.harness("operations", "list", "--limit", "1000")["operations"]
            raise Failed("\n".join(["Operations differed:", *(_differed(each) for each in found if _differs(each))]))


def _unlawful(found: dict[str, Any]) -> str:
    return f"{found['kind']} {found['operation_id']}: {', '.join(found['broken'])}"


def _differs(found: dict[str, Any]) -> bool:
    return bool(found.get("shadow", {}).get("state") == "differed")


def _differed(found: dict[str, Any]) -> str:
    return f"{found['kind']} {found['operation_id']}: discrepancy {found['shadow']['discrepancy']}"
