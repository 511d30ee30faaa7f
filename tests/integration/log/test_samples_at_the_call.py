"""A sample shows the call as it was: what the caller changes afterwards is no part of it, and nothing stays alive."""

import gc
import weakref

import pytest
from django.db import transaction

from migration_harness.api import Seam
from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.testing import fixed_flags, flag_at

from .parts import buffer_without_thread, comparison, match

pytestmark = pytest.mark.django_db


class Thing:
    """A mutable object that a seam's functions may answer."""

    def __init__(self):
        self.name = "before"

    def __str__(self):
        return self.name


@pytest.fixture
def buffer(settings, monkeypatch):
    made = buffer_without_thread(settings)
    monkeypatch.setattr(recorder, "buffer", made)
    return made


@pytest.fixture
def seam(own_seams):
    """A seam whose sides answer with what the caller holds."""
    return Seam(
        name="s", flag="f", subject=lambda **_: "1", control=lambda *, given: given["control"],
        candidate=lambda *, given: given["candidate"],
    )  # fmt: skip


class TestSample:
    def test_shows_what_was_given_and_answered(self, buffer, seam):
        given = {"control": {"credits": [1]}, "candidate": {"credits": [2]}, "basket": ["apple"]}
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            answer = seam(given=given)
        answer["credits"][0] = 9
        given["candidate"].clear()
        given["basket"].append("pear")
        buffer.flush()
        payload = ComparisonSample.objects.get().payload
        assert payload["differences"] == [
            {"path": "result.credits[0]", "kind": "value", "control": 1, "candidate": 2},
        ]
        assert payload["call"]["given"]["basket"] == ["apple"]

    def test_of_a_charge_shows_it_too(self):
        basket = ["apple"]
        row = comparison(call={"basket": basket})
        evidence = recorder.evidence_of(row)
        with transaction.atomic():
            recorder.record_in_charge(row, using="default")
            basket.append("pear")
        assert ComparisonSample.objects.get().payload["call"] == {"basket": ["apple"]}
        assert "pear" not in evidence.sample

    @pytest.mark.parametrize(
        "odd",
        [{"subject": Thing}, {"account_plan": Thing}, {"group": lambda: [Thing()]}],
        ids=["subject", "plan", "group"],
    )
    @pytest.mark.parametrize("verdict", [Verdict.MATCH, Verdict.MISMATCH], ids=["match", "mismatch"])
    def test_has_the_words_of_the_call(self, buffer, odd, verdict):
        ((name, make),) = odd.items()
        value = make()
        buffer.add(comparison(verdict, **{name: value}))
        buffer.add_match(match(**{name: value}))
        (value[0] if name == "group" else value).name = "after"
        buffer.flush()
        column = {"subject": "account_id", "account_plan": "account_plan", "group": "group"}[name]
        for row in Comparison.objects.all():
            assert getattr(row, column) in ("before", ["before"])


class TestBuffer:
    @pytest.mark.parametrize("verdict", Verdict, ids=str)
    def test_keeps_nothing_of_a_call_alive(self, buffer, verdict):
        thing = Thing()
        alive = weakref.ref(thing)
        call = {} if verdict is Verdict.MATCH else {"thing": thing}
        buffer.add(comparison(verdict, call=call, control=thing, account_plan=thing, subject=thing, group=(thing,)))
        buffer.add_match(match(account_plan=thing, subject=thing))
        del thing, call
        gc.collect()
        assert alive() is None

    def test_renders_no_more_samples_than_are_kept(self, buffer, monkeypatch):
        rendered, render = [], recorder.record_of
        monkeypatch.setattr(
            recorder, "record_of", lambda c, *, sampled=False: rendered.append(sampled) or render(c, sampled=sampled)
        )
        for _ in range(recorder.SAMPLES_UNEXPLAINED + 5):
            buffer.add(comparison())
        assert rendered == [True] * recorder.SAMPLES_UNEXPLAINED + [False] * 5
