"""What a seam's functions answer may be anything: each compared call is one row, and says what it keeps otherwise."""

import uuid
from decimal import Decimal
from enum import Enum, IntEnum

import pytest
import structlog
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.safestring import mark_safe

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.log import announcing, recorder
from migration_harness.log.keeping import ACCOUNT_CHARACTERS, TEXT_CHARACTERS, WORDS
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.secret import Secret

from .parts import buffer_without_thread, comparison, in_charge, match, with_charge

pytestmark = pytest.mark.django_db


class Broken(Exception):
    """A fault of the host."""


class Unreadable:
    def __str__(self):
        raise Broken

    __repr__ = __iter__ = __len__ = __hash__ = __str__


class Colour(Enum):
    RED = "red"


class Size(IntEnum):
    BIG = 7


def ends_badly():
    yield "a"
    raise Broken


def never_ends():
    while True:
        yield "w"


LONG = "x" * 10_000
PLANS = {
    "None": (None, ""), "a number": (5, "5"), "a truth value": (True, "True"), "a marked text": (mark_safe("p"), "p"),
    "a lazy text": (lazystr("p"), "p"), "a long text": (LONG, None), "unreadable": (Unreadable(), "Unreadable"),
    "a mapping": ({"a": 1}, "{'a': 1}"), "NUL": ("a\x00b", "a\ufffdb"), "half a pair": ("a\ud800", "a\ufffd"),
    "bytes": (b"p", "b'p'"), "a class": (int, "<class 'int'>"), "an endless number": (10**5_000, "int"),
}  # fmt: skip
GROUPS = {
    "None": (None, []), "a number": (5, ["5"]), "a text": ("word", ["word"]), "numbers": ((1, 2), ["1", "2"]),
    "None inside": (("a", None), ["a", ""]), "nested": (("a", ("b", "c")), ["a", "('b', 'c')"]),
    "a list": (["a"], ["a"]), "a set": ({"b", "a"}, ["a", "b"]), "a generator": ((w for w in "ab"), ["a", "b"]),
    "one that ends badly": (ends_badly(), ["a"]), "one without an end": (never_ends(), ["w"] * WORDS),
    "a mapping": ({"a": 1}, ["a"]), "unreadable": (Unreadable(), []),
    "unreadable inside": (("a", Unreadable()), ["a", "Unreadable"]), "bytes": (b"ab", ["b'ab'"]),
    "a choice": ((Colour.RED,), ["Colour.RED"]), "NUL": (("a\x00",), ["a\ufffd"]), "nothing": ((), []),
    "many": (tuple(map(str, range(1_000))), [str(n) for n in range(WORDS)]),
    "a lazy one": (SimpleLazyObject(lambda: ("a",)), ["a"]),
}  # fmt: skip
KEY = uuid.UUID(int=7)
SUBJECTS = {
    "none": (None, ""), "a number": (7, "7"), "a UUID": (KEY, str(KEY)), "a choice": (Size.BIG, str(Size.BIG)),
    "a tuple": ((1, 2), "(1, 2)"), "unreadable": (Unreadable(), "Unreadable"), "NUL": ("a\x00", "a\ufffd"),
    "lazy": (SimpleLazyObject(lambda: 7), "7"), "an endless number": (10**5_000, "int"),
}  # fmt: skip
MEASURES = {
    "nothing": (None, None), "NaN": (Decimal("NaN"), None), "a signalling NaN": (Decimal("sNaN"), None),
    "infinity": (Decimal("Infinity"), None), "minus infinity": (Decimal("-Infinity"), None),
    "huge": (Decimal("1E+200000"), None), "a huge whole number": (10**5_000, None),
    "tiny": (Decimal("1E-200000"), None), "large": (10**40, None),
    "the largest": (10**18 - 1, 10**18 - 1), "too fine": (Decimal("0.1234567890123"), None),
    "a float": (1.5, None), "a float NaN": (float("nan"), None), "a truth value": (True, None), "a text": ("7", None),
    "a choice": (Size.BIG, 7), "exact": (Decimal("0.123456789012"), Decimal("0.123456789012")),
}  # fmt: skip


@pytest.fixture
def buffer(settings):
    return buffer_without_thread(settings)


@pytest.fixture(params=["a match", "a match looked at closely", "a difference", "in a charge", "with a charge"])
def written(request, buffer):
    """Write a comparison with something odd about it in one of the ways, and return its row."""

    def write(**odd):
        match request.param:
            case "a match":
                buffer.add_match(match_of(**odd))
            case "a match looked at closely":
                buffer.add(comparison(Verdict.MATCH, **odd))
            case "a difference":
                buffer.add(comparison(**odd))
            case "in a charge":
                in_charge(comparison(**odd))
            case "with a charge":
                with_charge(comparison(**odd))
        buffer.flush()
        assert buffer.drops.set_aside_total == 0
        return Comparison.objects.get()

    match_of = match
    return write


def again(odd):
    """The same odd value, where it can be read once only."""
    return {
        "a generator": (w for w in "ab"),
        "one that ends badly": ends_badly(),
        "one without an end": never_ends(),
    }.get(odd)


class TestOddValue:
    @pytest.mark.parametrize("odd", PLANS)
    def test_of_a_plan_is_kept_as_text(self, written, odd):
        given, kept = PLANS[odd]
        found = written(account_plan=given).account_plan
        assert found == kept if kept is not None else (len(found), found[:9]) == (TEXT_CHARACTERS, "x" * 9)

    @pytest.mark.parametrize("odd", GROUPS)
    def test_of_a_group_is_kept_as_words(self, written, odd):
        given, kept = GROUPS[odd]
        assert written(group=again(odd) or given).group == kept

    @pytest.mark.parametrize("odd", SUBJECTS)
    def test_of_a_subject_is_kept_as_an_accounts_id(self, written, odd):
        given, kept = SUBJECTS[odd]
        assert written(subject=given).account_id == kept

    @pytest.mark.covering
    @pytest.mark.parametrize("odd", MEASURES)
    @pytest.mark.parametrize("side", ["control_measure", "candidate_measure"])
    def test_of_a_measure_is_summed_or_left_out(self, written, odd, side):
        given, kept = MEASURES[odd]
        row = written(**{side: given})
        assert getattr(row, side) == kept

    @pytest.mark.covering
    @pytest.mark.parametrize(
        "odd", [None, 7, LONG, "a\x00", Unreadable()], ids=["None", "number", "long", "NUL", "unreadable"]
    )
    @pytest.mark.parametrize("name", ["request_id", "run"])
    def test_of_the_work_is_kept_as_text(self, written, name, odd):
        assert len(getattr(written(**{name: odd}), name)) <= TEXT_CHARACTERS


class TestOddField:
    """What only the harness itself could get wrong."""

    @pytest.mark.covering
    @pytest.mark.parametrize(
        "odd",
        [
            {"at": float("nan")}, {"at": 1e300}, {"at": None}, {"control_ns": 2**70}, {"candidate_ns": None},
            {"flag_epoch": "x"}, {"stage": None}, {"execution_path": "by hand"}, {"operation_id": None},
            {"operation_id": uuid.uuid4()}, {"operation_id": LONG}, {"seam": LONG}, {"revision": None},
            {"judgement": Judgement(verdict=Verdict.MISMATCH, explanation=LONG)}, {"call": {"a": Unreadable()}},
            {"call": {"a": float("nan")}}, {"call": {"a": "\x00\ud800"}}, {"call": Unreadable()},
        ],
        ids=lambda odd: next(iter(odd)),
    )  # fmt: skip
    @pytest.mark.parametrize(
        "way", ["buffer", in_charge, with_charge], ids=["buffered", "in a charge", "with a charge"]
    )
    def test_is_kept_with_the_verdict_and_a_sample(self, buffer, way, odd):
        row = comparison(**odd)
        buffer.add(row) if way == "buffer" else way(row)
        buffer.flush()
        assert Comparison.objects.get().verdict == "mismatch"
        assert ComparisonSample.objects.count() == 1


class TestLongText:
    def test_of_two_kinds_stays_two(self, buffer):
        for end in "ab":
            buffer.add(comparison(subject=LONG + end, group=(LONG + end,)))
        buffer.flush()
        rows = Comparison.objects.all()
        assert len({row.account_id for row in rows}) == len({row.group[0] for row in rows}) == 2
        assert {len(row.account_id) for row in rows} == {ACCOUNT_CHARACTERS}

    def test_is_folded_like_any_other(self, buffer):
        """An index holds no text of any length."""
        from migration_harness.log.folding import fold

        buffer.add(comparison(subject="ä" * 100_000, group=("ä" * 100_000,), operation_id="ä" * 100_000))
        buffer.flush()
        with structlog.testing.capture_logs():
            fold()


class TestNote:
    def test_is_in_the_sample(self, buffer):
        buffer.add(comparison(account_plan=None, group=5, candidate_measure=Decimal("NaN")))
        buffer.flush()
        assert ComparisonSample.objects.get().payload["notes"] == [
            "account_plan was None", "group_by was int", "candidate_measure was no number that can be summed",
        ]  # fmt: skip

    def test_is_said_once_for_each_seam_and_holds_no_value(self, buffer):
        with structlog.testing.capture_logs() as events:
            for _ in range(3):
                buffer.add_match(match(account_plan={"key": "value of a customer"}))
            buffer.flush()
        told = [e for e in events if e["event"] == "harness.comparison_altered"]
        assert [(e["seam"], e["note"]) for e in told] == [("s", "account_plan was dict")]

    def test_is_none_where_nothing_is_odd(self, buffer):
        with structlog.testing.capture_logs() as events:
            buffer.add_match(match(subject=KEY, group=("a", 1), candidate_measure=Size.BIG))
            buffer.flush()
        assert events == []

    def test_of_a_secret_is_its_fingerprint(self, buffer):
        buffer.add(comparison(account_plan=Secret("sk-123456789"), group=(Secret("sk-123456789"),)))
        buffer.flush()
        row = Comparison.objects.get()
        assert row.account_plan == row.group[0] == Secret("sk-123456789").fingerprint


class TestNotANumber:
    def test_enters_no_sum(self, buffer):
        from migration_harness import queries

        for measure in (Decimal("NaN"), Decimal("Infinity"), 5):
            buffer.add_match(match(control_measure=7, candidate_measure=measure))
        buffer.flush()
        (found,) = [each for each in queries.live_totals() if each.seam == "s"]
        assert (found.control_sum, found.candidate_sum, found.one_sided) == (21, 5, 2)


class TestLogProcessor:
    @pytest.mark.parametrize("error", [Broken(), RecursionError(), MemoryError()], ids=lambda e: type(e).__name__)
    def test_that_raises_loses_nothing(self, buffer, error):
        def broken(*_):
            raise error

        before = structlog.get_config()["processors"]
        structlog.configure(processors=[broken])
        try:
            buffer.add(comparison())
            buffer.add(comparison(account_plan=None))
            buffer.add_match(match(account_plan=None))
            buffer.flush()
        finally:
            structlog.configure(processors=before)
        assert Comparison.objects.count() == 3

    @pytest.mark.parametrize("way", [in_charge, with_charge], ids=["in a charge", "with a charge"])
    def test_that_raises_fails_no_charge_that_has_committed(self, way, monkeypatch, django_capture_on_commit_callbacks):
        def broken(*_, **__):
            raise Broken

        monkeypatch.setattr(announcing.log, "warning", broken, raising=False)
        with django_capture_on_commit_callbacks(execute=True):
            way(comparison())
        recorder.evidence_of(comparison()).announce()
        assert Comparison.objects.count() == 1
