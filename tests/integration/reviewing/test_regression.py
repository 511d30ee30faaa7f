"""A discrepancy as the source of a test, for every kind of seam and difference."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db.models.expressions import RawSQL

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.comparing.explanations import Rule
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import NotExportable
from migration_harness.models import ComparisonSample
from migration_harness.reviewing import approvals, explaining, regression
from migration_harness.seams.reconstruction import Reconstruction
from migration_harness.seams.seam import Seam
from migration_harness.secret import Secret
from migration_harness.testing import fixed_flags, flag_at
from tests.hostile import HOSTILE, raw_in

from ..approving import second_person

pytestmark = pytest.mark.django_db


class Kind(StrEnum):
    """Of a thing."""

    TEXT = "text"
    IMAGE = "image"


class Refused(Exception):
    """Declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An argument."""

    kind: Kind
    price: Decimal
    since: date | None = None


class Candidate:
    """What the candidate does; a test corrects it."""

    def __init__(self):
        self.fault = True


state = Candidate()


def make_by_name(recorded: str) -> object:
    """What a host declares for an argument without a type."""
    return {"made": recorded}


@pytest.fixture
def declare(monkeypatch):
    """Make a seam of a control and a candidate, found under a name of this module, in shadow."""
    monkeypatch.setattr(seams, "_by_name", {})
    monkeypatch.setattr(state, "fault", True)

    def declare(control, candidate, **options):
        options = {"subject": lambda **_: "1"} | options
        seam = Seam(name="trial.thing", flag="f", control=control, candidate=candidate, **options)
        monkeypatch.setattr(sys.modules[__name__], "trial_seam", seam, raising=False)
        return seam

    return declare


def differing(seam, **call):
    """Make a call that differs; returns its discrepancy."""
    with fixed_flags(flag_at("f", Stage.SHADOW)):
        with suppress(Refused):
            seam(**call)
    (found,) = queries.discrepancies()
    return found


def run(made):
    """Run the exported test in this process."""
    names = {}
    exec(compile(made.text, made.file_name, "exec"), names)  # noqa: S102  What the export wrote.
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test()


def fails_then_passes(made):
    with pytest.raises((AssertionError, pytest.fail.Exception, ZeroDivisionError)):
        run(made)
    state.fault = False
    run(made)
    return True


class TestExport:
    def test_makes_a_pure_call_as_small_as_it_can(self, declare):
        def price(*, tokens: int, model: str, tags: list[str], note: str = "") -> int:
            return tokens

        def faulty(*, tokens: int, model: str, tags: list[str], note: str = "") -> int:
            return tokens + 1 if state.fault and tokens > 1_000 and "mini" in model else tokens

        seam = declare(price, faulty, pure=True)
        found = differing(seam, tokens=98_765, model="gpt-4o-mini", tags=["a", "b"], note="what for")
        made = regression.export(found.signature)
        assert "tokens=1001,\n        model='mini',\n        tags=[],\n    )\n    assert answer == 1001" in made.text
        assert (made.minimised, made.reproduced) == (True, True)
        assert "django_db" not in made.text
        assert fails_then_passes(made)

    @pytest.mark.parametrize("pure", [True, False], ids=["pure", "not pure"])
    def test_leaves_to_a_rule_what_it_expects(self, declare, pure):
        def thing(*, tokens: int) -> dict[str, object]:
            return {"label": "Basic", "price": tokens}

        def faulty(*, tokens: int) -> dict[str, object]:
            return {"label": "Basic (5)", "price": tokens + state.fault}

        rule = Rule(
            name="labels", reason="They say the price.", owner="olga", expires=date(2099, 1, 1),
            covers=lambda differences, _: [each.path for each in differences] == ["result.label"],
        )  # fmt: skip
        made = regression.export(differing(declare(thing, faulty, explain=[rule], pure=pure), tokens=5).signature)
        assert ("in ('result.price',)" in made.text, "1 more differ as a rule expects" in made.text) == (True, True)
        assert fails_then_passes(made)

    def test_leaves_the_call_of_another_seam_as_it_was_and_says_so(self, declare):
        def price(*, tokens: int) -> int:
            return tokens

        def faulty(*, tokens: int) -> int:
            return tokens + state.fault

        made = regression.export(differing(declare(price, faulty), tokens=98_765).signature)
        assert "tokens=98765," in made.text
        assert "the seam is not declared pure" in made.text
        assert "@pytest.mark.django_db" in made.text
        assert fails_then_passes(made)

    def test_makes_arguments_by_the_types_of_the_signature(self, declare):
        def price(*, account: Account, thing: Thing, factor: Decimal, at: date, pair: tuple[int, str]) -> str:
            return f"{account.pk} {thing.kind.name} {thing.price * factor} {at.year} {pair[1].upper()}"

        def faulty(*, account: Account, thing: Thing, factor: Decimal, at: date, pair: tuple[int, str]) -> str:
            told = price(account=account, thing=thing, factor=factor, at=at, pair=pair)
            return told + "!" if state.fault else told

        thing = Thing(kind=Kind.IMAGE, price=Decimal("0.10"), since=date(2026, 1, 2))
        found = differing(
            declare(price, faulty), account=Account(pk=7), thing=thing, factor=Decimal(3), at=date(2026, 5, 6),
            pair=(1, "it's"),
        )  # fmt: skip
        made = regression.export(found.signature)
        assert "account=Account(pk=7)," in made.text
        assert "thing=Thing(kind=Kind('image'), price=Decimal('0.10'), since=date.fromisoformat('2026-01-02'))" in (
            made.text
        )
        assert 'as_recorded(trial_seam, answer) == "7 IMAGE 0.30 2026 IT\'S"' in made.text
        assert fails_then_passes(made)

    def test_asks_the_host_where_there_is_no_type(self, declare, monkeypatch):
        from migration_harness.seams import reconstruction

        monkeypatch.setattr(reconstruction, "_by_seam", {})
        Reconstruction(seams=("trial.thing",), arguments={"thing": make_by_name})

        def told(*, thing):
            return len(thing)

        def faulty(*, thing):
            return len(thing) + state.fault

        made = regression.export(differing(declare(told, faulty), thing=Trial()).signature)
        assert "thing=make_by_name('Trial')," in made.text
        assert fails_then_passes(made)

    def test_asserts_an_answer_of_many_fields_as_it_is_compared(self, declare):
        def rows(*, kind: Kind) -> list[dict[str, object]]:
            return [{"name": "gpt-5.1", "price": Decimal("1.5")}, {"name": "gpt-4o", "price": Decimal(2)}]

        def faulty(*, kind: Kind) -> list[dict[str, object]]:
            found = rows(kind=kind)
            found[0]["price"] = Decimal(9) if state.fault else Decimal("1.5")
            return found

        seam = declare(rows, faulty, clean=lambda found: {row["name"]: row for row in found})
        made = regression.export(differing(seam, kind=Kind.TEXT).signature)
        assert "'gpt-5.1': {'name': 'gpt-5.1', 'price': '1.5'}" in made.text
        assert fails_then_passes(made)

    def test_goes_by_the_recording_where_this_process_does_not_differ(self, declare):
        def rows(*, kind: Kind) -> dict[str, object]:
            return {"gpt-5.1": {"label": "A", "tier": None}}

        def faulty(*, kind: Kind) -> dict[str, object]:
            return {"gpt-5.1": {"label": "B"}} if state.fault else rows(kind=kind)

        found = differing(declare(rows, faulty), kind=Kind.TEXT)
        state.fault = False
        made = regression.export(found.signature)
        state.fault = True
        assert not made.reproduced
        assert "recorded_at(trial_seam, answer, 'result.gpt-5.1.label') == 'A'" in made.text
        assert fails_then_passes(made)

    @pytest.mark.parametrize("pure", [True, False])
    def test_asserts_that_an_error_is_raised_no_longer(self, declare, pure):
        def share(*, parts: int) -> int:
            return 12 // max(parts, 1)

        def faulty(*, parts: int) -> int:
            return 12 // (parts if state.fault else max(parts, 1))

        made = regression.export(differing(declare(share, faulty, pure=pure), parts=0).signature)
        assert "assert answer == 12" in made.text
        assert fails_then_passes(made)

    def test_asserts_the_error_that_the_control_raises(self, declare):
        def refuse(*, parts: int) -> int:
            raise Refused

        def faulty(*, parts: int) -> int:
            if state.fault:
                return 1
            raise Refused

        made = regression.export(differing(declare(refuse, faulty, errors=(Refused,)), parts=3).signature)
        assert "assert type(raised.value).__qualname__ == 'Refused'" in made.text
        assert fails_then_passes(made)

    @pytest.mark.parametrize("pure", [True, False])
    def test_makes_arguments_without_an_annotation_of_what_they_were(self, declare, pure):
        def told(*, key, wait, at, path, thing, kind) -> str:
            return f"{key.version} {wait.days} {at.utcoffset()} {path.name} {thing.price + 1} {kind.name}"

        def faulty(*, key, wait, at, path, thing, kind) -> str:
            told_ = told(key=key, wait=wait, at=at, path=path, thing=thing, kind=kind)
            return told_ + "!" if state.fault else told_

        found = differing(
            declare(told, faulty, pure=pure), key=uuid4(), wait=timedelta(days=3), path=Path("/srv/a.txt"),
            at=datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1), kind=Kind.TEXT,
            thing=Thing(kind=Kind.IMAGE, price=Decimal("0.10")),
        )  # fmt: skip
        made = regression.export(found.signature)
        zoned = "at=datetime.fromisoformat('2026-10-25 02:30:00+01:00').astimezone(ZoneInfo('Europe/Berlin')),"
        assert pure or zoned in made.text
        assert "wait=timedelta(" in made.text
        assert fails_then_passes(made)

    def test_asserts_what_the_error_says_where_only_that_differs(self, declare):
        def refuse(*, parts: int) -> int:
            raise Refused("too many", parts)

        def faulty(*, parts: int) -> int:
            raise Refused("too many", parts + state.fault)

        made = regression.export(differing(declare(refuse, faulty, errors=(Refused,)), parts=3).signature)
        assert "assert error_as_recorded(raised.value) == {'args': ['too many', 3]}" in made.text
        assert fails_then_passes(made)

    def test_writes_hostile_texts_as_texts(self, declare):
        hostile = [text for text in HOSTILE.values() if len(text) < 500]

        def told(*, texts: list[str]) -> list[str]:
            return texts

        def faulty(*, texts: list[str]) -> list[str]:
            return [text + "!" for text in texts] if state.fault else texts

        seam = declare(told, faulty, group_by=lambda *, texts: tuple(texts))
        made = regression.export(differing(seam, texts=hostile).signature)
        assert raw_in(made.text) == ""
        assert fails_then_passes(made)


class TestNotExportable:
    def refused(self, found, says):
        with pytest.raises(NotExportable, match=says):
            regression.export(found.signature)
        return True

    @pytest.mark.legacy
    def test_is_a_secret(self, account):
        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = DEMO_KEYS["runware"]
        provider.save()
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        (found,) = queries.discrepancies()
        assert self.refused(found, "A secret is part of it")

    def test_is_a_call_with_a_secret(self, declare):
        def told(*, key: Secret) -> int:
            return 1

        def faulty(*, key: Secret) -> int:
            return 2

        assert self.refused(differing(declare(told, faulty), key=Secret("sk-1")), "A secret is part of it")

    def test_is_an_argument_that_nobody_can_make(self, declare):
        def told(*, thing: Trial) -> int:
            return 1

        def faulty(*, thing: Trial) -> int:
            return 2

        assert self.refused(differing(declare(told, faulty), thing=Trial()), r"Reconstruction\(arguments=")

    @pytest.mark.parametrize(
        "name", ["x=1); import os; (y", "x\ny", "two words", "class", "None", "", "\ufb01", "\u202ex"], ids=ascii
    )
    def test_is_an_argument_whose_name_would_be_code(self, declare, name):
        def told(**words) -> int:
            return 1

        def faulty(**words) -> int:
            return 2

        seam = declare(told, faulty, subject=lambda **_: "1")
        assert self.refused(differing(seam, **{name: 1}), "is no name in a source file")

    def test_is_a_text_that_was_cut_off(self, declare):
        def told(*, text: str) -> int:
            return 1

        def faulty(*, text: str) -> int:
            return 2

        assert self.refused(differing(declare(told, faulty), text="x" * 501), "longer than the 500 characters")

    @pytest.mark.parametrize("value", [list(range(50)), {str(key): key for key in range(50)}], ids=["elements", "keys"])
    def test_is_a_collection_that_was_cut_off(self, declare, value):
        def told(*, value) -> int:
            return 1

        def faulty(*, value) -> int:
            return 2

        assert self.refused(differing(declare(told, faulty), value=value), "has 50 (elements|keys) or more")

    def test_is_a_call_of_which_only_a_part_is_known(self, declare):
        def told(*, thing) -> int:
            return 1

        def faulty(*, thing) -> int:
            return 2

        found = differing(declare(told, faulty), thing={"at": [Account()]})
        assert self.refused(
            found, r"The argument thing.at\[0\] was recorded as str .* Reconstruction\(arguments={'thing'"
        )

    def test_is_what_an_earlier_release_recorded(self, declare):
        def told(*, price) -> int:
            return 1

        def faulty(*, price) -> int:
            return 2

        found = differing(declare(told, faulty), price=Decimal("0.1"))
        ComparisonSample.objects.update(payload=RawSQL("payload - 'kinds'", []))
        assert self.refused(found, "recorded by an earlier release")

    def test_is_what_is_explained(self, declare):
        def told(*, kind: str) -> int:
            return 1

        def faulty(*, kind: str) -> int:
            return 2

        found = differing(declare(told, faulty), kind="text")
        from datetime import UTC, datetime

        today = datetime.now(UTC).date()
        drafted = explaining.draft(signature=found.signature, today=today)
        made = explaining.propose(drafted=drafted, reason="planned", owner="", actor="ada")
        approvals.approve(number=made.pk, actor=second_person("bob"), today=today)
        assert self.refused(found, "is explained")

    def test_is_told_with_exit_code_1(self, declare, harness, tmp_path):
        def told(*, text: str) -> int:
            return 1

        def faulty(*, text: str) -> int:
            return 2

        found = differing(declare(told, faulty), text="x" * 501)
        path = tmp_path / "test_it.py"
        assert harness("discrepancies", "export", found.signature, "--pytest", str(path))[0] == 1
        assert not path.exists()


class Trial:
    """A class that a sample keeps nothing of."""

    def __len__(self):
        return 1
