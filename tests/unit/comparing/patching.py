"""Applies differences to the control's value: what comes out is the candidate's, if nothing was left out of them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass, replace

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
        return type(value)({*(value - gone), *(new for _, new, extra in changes if extra)})
    if isinstance(value, Mapping):
        made = {**value, **{step.name: new for step, new, _ in changes}}
        return {key: new for key, new in made.items() if new is not ABSENT}
    if is_dataclass(value):
        return replace(value, **{step.name: new for step, new, _ in changes})
    made = list(value)
    for step, new, extra in changes:
        if not extra:
            made[step.position] = new
    return type(value)([*(new for new in made if new is not ABSENT), *(new for _, new, extra in changes if extra)])


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
