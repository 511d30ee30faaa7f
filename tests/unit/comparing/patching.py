"""Applies differences to the control's value: what comes out is the candidate's, if nothing was left out of them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime

from migration_harness.comparing.difference import ABSENT
from migration_harness.comparing.paths import Key, Member


def apply(differences, value):
    """Return ``value`` with each difference made; positions of what is extra are ignored: it comes last."""
    for whole in (d for d in differences if not d.steps):
        return whole.candidate
    if not differences:
        return value
    by_step = {}
    for d in differences:
        by_step.setdefault((d.steps[0], len(d.steps) == 1 and d.kind == "extra"), []).append(d)
    changes = [(step, _changed(inner, value, step, extra=extra), extra) for (step, extra), inner in by_step.items()]
    if isinstance(value, AbstractSet):
        gone = {step.value for step, new, _ in changes if new is ABSENT}
        added = {new for _, new, extra in changes if extra}
        return type(value)({*(_beside(each, added) for each in value - gone), *added})
    if isinstance(value, Mapping):
        changed = {step.name: new for step, new, extra in changes if not extra}
        kept = {key: inner for key, old in value.items() if (inner := changed.get(key, old)) is not ABSENT}
        added = {step.name: new for step, new, extra in changes if extra}
        return {_beside(key, added): inner for key, inner in kept.items()} | added
    if is_dataclass(value):
        return replace(value, **{step.name: new for step, new, _ in changes})
    made = list(value)
    for step, new, extra in changes:
        if not extra:
            made[step.position] = new
    return type(value)([*(new for new in made if new is not ABSENT), *(new for _, new, extra in changes if extra)])


def _beside(key, added):
    """Return a key as it can be beside those that are added.

    Python takes the two hours for one that are told alike as summer time ends, and an hour that is there for one that
    comes; in another zone each is the same moment and another key.
    """
    return key.astimezone(UTC) if isinstance(key, datetime) and key in added else key


def _changed(differences, value, step, *, extra):
    whole = [d for d in differences if len(d.steps) == 1]
    if whole:
        return whole[0].candidate
    assert not extra
    return apply([_below(d) for d in differences], _at(value, step))


def _below(difference):
    return replace(difference, steps=difference.steps[1:])


def _at(value, step):
    if isinstance(step, Member):
        return step.value
    if isinstance(step, Key):
        return value[step.name] if isinstance(value, Mapping) else getattr(value, step.name)
    assert isinstance(value, Sequence)
    return value[step.position]
