"""A revision is tried on the recorded operations of the one before it: silent as it is, loud with a mistake."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.effects import OPERATIONS as DECLARED
from migration_harness import queries
from migration_harness.authority.actors import Origin, of_user
from migration_harness.comparing.explanations import Rule
from migration_harness.deciding.flags import load_snapshot
from migration_harness.exceptions import NotExplainable
from migration_harness.models import RecordedOperation
from migration_harness.operations import verifying, world
from migration_harness.operations.file import OperationsFile
from migration_harness.reviewing import approvals, effects
from tests.people import trusted

from .execution_paths import OPERATIONS, rolled_back
from .test_laws import PLANTED

TODAY = timezone.now().date()
EMPTY = {"at": timezone.now(), "duration_ms": 1.0, "inputs": {}, "rows": [], "steps": []}


@pytest.fixture
def account(demo):
    return Account.objects.select_related("plan").get(name="Blue Harbour")


@pytest.fixture
def carried(provider, site, media, settings, tmp_path):
    """Do each of some operations, recorded, and return them as a file brings them."""
    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 10_000}

    def carried(*kinds):
        kept = []
        for kind in kinds:
            operation = OPERATIONS[kind]
            # Undone, so that the database is one in which nobody has done it.
            with rolled_back():
                operation.arrange(site)
                operation.service(account=site.account, site=site, operation_id=f"op {kind}", **operation.rows)
                kept.append(RecordedOperation.objects.get(kind=kind))
        exported = verifying.export(
            kept=kept,
            shared=world.shared_rows(),
            snapshot=load_snapshot(),
            revision="before",
        )
        assert exported.left_out == {}
        path = tmp_path / "operations.json"
        exported.file.write(path)
        # Nobody is asked from here on.
        settings.IGNY8_SANDBOX_URL = "http://127.0.0.1:1"
        return OperationsFile.read(path), path

    return carried


class TestVerify:
    @pytest.mark.parametrize("kind", sorted(OPERATIONS))
    def test_is_silent_on_the_same_revision_and_leaves_nothing(self, carried, kind, provider):
        file, _ = carried(kind)
        before = (CreditUsageLog.objects.count(), RecordedOperation.objects.count(), len(provider.requests))
        found = verifying.verify(file)
        assert (found.differing, found.failed, found.ran) == ([], [], 1)
        assert before == (CreditUsageLog.objects.count(), RecordedOperation.objects.count(), len(provider.requests))

    @pytest.mark.parametrize("planted", PLANTED)
    def test_names_a_mistake_in_a_caller_twice_the_same(self, carried, monkeypatch, planted):
        plant, kind, laws = PLANTED[planted]
        file, _ = carried(kind)
        plant(monkeypatch)
        first, second = verifying.verify(file), verifying.verify(file)
        assert not first.is_the_same
        assert [each.signature for each in first.differing] == [each.signature for each in second.differing]
        paths = {each.path for found in first.differing for each in found.differences}
        assert any(path.startswith("effects.laws") for path in paths), (laws, paths)

    def test_names_the_field_of_the_wire_that_differs(self, carried, monkeypatch):
        file, _ = carried("clustering")
        monkeypatch.setattr("igny8_core.ai.choices.TextParameters.temperature", 0.1, raising=False)
        monkeypatch.setattr(
            "igny8_core.ai.engine.text_parameters_for",
            lambda **_: type("P", (), {"max_tokens": 17, "temperature": 0.1}),
        )
        (found,) = verifying.verify(file).differing
        assert "effects.sent[0].said.body.max_completion_tokens" in {each.path for each in found.differences}

    def test_says_what_it_does_not_know(self, carried, monkeypatch):
        file, _ = carried("clustering")
        monkeypatch.setattr(verifying, "every_entry", dict)
        assert "no operation of the kind 'clustering'" in verifying.verify(file).failed[0]


def rule(expires, covers=lambda differences, call: call["kind"] == "clustering"):
    return Rule(name="shorter", reason="A smaller answer is enough.", owner="olga", expires=expires, covers=covers)


class TestWhatIsMeant:
    @pytest.fixture
    def shorter(self, carried, monkeypatch):
        """A file, and a revision that asks for less."""
        file, path = carried("clustering")
        monkeypatch.setattr(
            "igny8_core.ai.engine.text_parameters_for",
            lambda **_: type("P", (), {"max_tokens": 17, "temperature": 0.7}),
        )
        return file, path

    def test_is_left_aside_with_its_reason_until_its_last_day(self, shorter):
        file, _ = shorter
        found = verifying.verify(file, rules=[rule(TODAY)], today=TODAY)
        assert (found.is_the_same, found.differing, found.expired) == (True, [], [])
        assert [(each.name, each.count, each.reason) for each in found.left_aside] == [
            ("shorter", 1, "A smaller answer is enough.")
        ]
        found = verifying.verify(file, rules=[rule(TODAY)], today=TODAY + timedelta(days=1))
        assert (found.is_the_same, len(found.differing), found.left_aside, found.expired) == (
            False, 1, [], ["shorter"],
        )  # fmt: skip

    def test_is_never_that_a_law_is_broken(self, carried, monkeypatch):
        plant, kind, _ = PLANTED["per_thousand"]
        file, _ = carried(kind)
        plant(monkeypatch)
        found = verifying.verify(file, rules=[rule(TODAY, covers=lambda *_: True)], today=TODAY)
        assert (found.is_the_same, found.left_aside) == (False, [])
        with pytest.raises(NotExplainable, match="breaks a law"):
            effects.propose(
                way=found.differing[0], reason="so", owner="", expires=None, today=TODAY, actor=of_user(trusted("olga"))
            )

    def test_is_what_one_person_proposes_and_another_approves(self, shorter):
        file, _ = shorter
        (way,) = verifying.verify(file).differing
        made = effects.propose(
            way=effects.way_of(verifying.verify(file), way.signature), reason="A smaller answer is enough.", owner="",
            expires=None, today=TODAY, actor=of_user(trusted("olga")),
        )  # fmt: skip
        assert queries.rules_of_effects() == []
        approver = of_user(trusted("ada"), origin=Origin.SIGNED_IN)
        approvals.approve(number=made.pk, actor=approver, today=TODAY)
        rules = queries.rules_of_effects()
        assert verifying.verify(file, rules=rules, today=TODAY).is_the_same
        assert not verifying.verify(file, rules=rules, today=TODAY + timedelta(days=31)).is_the_same


class TestExport:
    def test_has_stand_ins_of_the_same_shape_and_no_key(self, carried, site):
        _, path = carried("clustering", "content_generation")
        text = path.read_text()
        assert [word for word in ("oak table", "How to oil", site.name, site.account.name) if word in text] == []
        assert not any(key[at : at + 8] in text for key in DEMO_KEYS.values() for at in range(len(key) - 7))
        rows = json.loads(text)["operations"][0]["rows"]["planner.Keyword"]
        assert [[len(word) for word in row["keyword"].split()] for row in rows] == [[3, 5], [5, 3, 5], [6, 5]]

    def test_leaves_out_what_is_not_whole(self, demo):
        cut = RecordedOperation(kind="clustering", world={}, missing=["Only a part."], **EMPTY)
        exported = verifying.export(kept=[cut], shared=world.shared_rows(), snapshot=load_snapshot(), revision="")
        assert (exported.file.carried, exported.left_out) == ((), {"was not recorded whole": 1})

    def test_knows_every_kind_that_asks_a_provider(self):
        assert set(DECLARED.world.reads) == set(OPERATIONS)
