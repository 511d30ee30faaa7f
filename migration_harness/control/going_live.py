"""What a second person is asked where a change lets more accounts get the candidate's answer."""

import shlex
from collections.abc import Mapping
from typing import Any, Final

from migration_harness.authority.asked import Act, Asked
from migration_harness.control.forward import FIELDS, MEMBER
from migration_harness.control.state import changes_in_words, state_of, value_in_words
from migration_harness.exceptions import UnknownFlag
from migration_harness.models import Flag
from migration_harness.plan import plan

_OPTIONS: Final = {"stage": "--stage", "baseline": "--baseline", "everyone": "--everyone", "share_bps": "--share"}


def asked_for(
    name: str, *, epoch: int, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> Asked | None:
    """Return what is asked of a second person for a change that goes forward; None where the plan wants none."""
    if not needs_two(name):
        return None
    chosen = {key: after[key] for key in after if after[key] != before[key]}
    return Asked(
        act=Act.GO_LIVE,
        subject=name,
        request=chosen,
        numbers=_now(epoch, before),
        sentence=f"Change {name}: {changes_in_words(chosen, before)}.",
        again=_command(name, chosen, reason),
    )


def would_ask(asked: Asked) -> Asked:
    """Return what the same change asks for as the flag is now. Raises UnknownFlag."""
    flag = Flag.objects.filter(name=asked.subject).first()
    if flag is None:
        raise UnknownFlag(f"There is no flag {asked.subject} any more.")
    return Asked(
        act=asked.act,
        subject=asked.subject,
        request=asked.request,
        numbers=_now(flag.epoch, state_of(flag, asked.request)),
        sentence=asked.sentence,
        again=asked.again,
    )


def needs_two(name: str) -> bool:
    """Tell whether the plan wants two people for letting more accounts get the candidate's answer."""
    return any(phase.go_live_by > 1 and name in {flag.name for flag in phase.flags} for phase in plan().phases)


def _now(epoch: int, before: Mapping[str, Any]) -> dict[str, Any]:
    state = {key: value for key, value in before.items() if key in FIELDS or key.startswith(MEMBER)}
    return {"epoch of the flag": epoch, **{f"{key} before": value for key, value in state.items()}}


def _command(name: str, chosen: Mapping[str, Any], reason: str) -> str:
    words = ["python", "manage.py", "harness", "flag", name]
    moves = {key.removeprefix(MEMBER): value for key, value in chosen.items() if key.startswith(MEMBER)}
    if len(set(moves.values())) > 1:
        return f"PATCH flags/{name}/, with the same memberships"
    for account_id in moves:
        words += ["--account", f"id:{account_id}"]
    words += [f"--{value}" for value in set(moves.values())]
    for key, value in chosen.items():
        if key in _OPTIONS:
            words += [_OPTIONS[key], f"{value / 100:g}" if key == "share_bps" else value_in_words(key, value)]
    return shlex.join([*words, *(["--reason", reason] if reason else [])])
