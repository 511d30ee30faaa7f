"""A sample shows the call as it was: what the caller changes afterwards is no part of it, and nothing stays alive."""

import gc
import weakref
from collections.abc import Mapping

import pytest
from django.db import connection, transaction

from igny8_core.auth.models import Account
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


class Asking(Mapping):
    """A mapping of the host, which does something whenever it is read."""

    def __init__(self, do):
        self.do = do

    def __getitem__(self, key):
        return 1

    def __len__(self):
        return 1

    def __iter__(self):
        self.do()
        return iter(["key"])

    def __deepcopy__(self, memo):
        return self


def write():
    Account.objects.update(name="changed by a sample")


def fail_in_sql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")


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


class TestAMappingOfTheHost:
    """Reading one is code of the host: whatever it does, the caller's transaction goes on, and a sample is kept."""

    @pytest.mark.parametrize("do", [write, fail_in_sql, lambda: 1 / 0], ids=["a write", "failing SQL", "an error"])
    @pytest.mark.parametrize("way", ["buffer", "in a charge", "with a charge"])
    def test_is_read_under_guard(self, buffer, account, do, way):
        row = comparison(Verdict.MISMATCH, call={"given": Asking(do)})
        with transaction.atomic():
            if way == "buffer":
                buffer.add(row)
            elif way == "in a charge":
                recorder.record_in_charge(recorder.evidence_of(row), using="default")
            else:
                assert recorder.evidence_of(row).sample is not None
            assert not Account.objects.filter(name="changed by a sample").exists()
        if way != "with a charge":
            buffer.flush()
            assert ComparisonSample.objects.count() == 1

    def test_is_shown_where_it_only_reads(self, buffer, account):
        buffer.add(comparison(Verdict.MISMATCH, call={"given": Asking(Account.objects.count)}))
        buffer.flush()
        assert ComparisonSample.objects.get().payload["call"] == {"given": {"key": 1}}


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
            recorder.record_in_charge(recorder.evidence_of(row), using="default")
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
