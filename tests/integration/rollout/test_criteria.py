"""When the migration is complete: on the demo, at its end, and with one line missing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from freezegun import freeze_time

from igny8_core.legacy_lines import LEGACY
from igny8_core.migration_plan import PLAN
from igny8_core.success_criteria import CRITERIA
from migration_harness import queries
from migration_harness.authority.actors import of_user
from migration_harness.control.flips import FlagChange
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import GateName
from migration_harness.rollout.checklists import checklist_of, tick, untick
from migration_harness.rollout.criteria import answering
from migration_harness.rollout.criteria.amounts import of_amounts
from migration_harness.rollout.criteria.answering import completion
from migration_harness.rollout.criteria.criterion import AmountsAgree, Criterion, FlagsComplete, GateOpen, LegacyGone
from migration_harness.rollout.criteria.met import all_of, met, unknown, unmet
from tests.people import trusted

from ..errors.parts import an_error, covered
from ..evidence_rows import NOW, compared
from ..operator_api.clients import API, with_token
from . import finished
from .conftest import green
from .finished import FLAGS, gates_answer, moved, told, tree, was_compared

SETTINGS = "igny8_core/modules/system/global_settings_models.py"


def missing():
    """Return what is missing: answer and sentence, by the name of its line."""
    found = completion(now=NOW)
    told = {each.name: (each.answer.value, each.sentence) for each in found.criteria if each.answer.value != "open"}
    assert found.complete is not bool(told)
    return told


@pytest.fixture
def build(demo, monkeypatch, tmp_path, settings):
    """Return what builds a migration that is complete, or all of it but what a test replaces."""

    def build(**parts):
        steps = {
            "gates": lambda: gates_answer(monkeypatch),
            "compared": was_compared,
            "moved": lambda: moved(*FLAGS),
            "told": told,
            "tree": lambda: tree(tmp_path),
        } | parts
        settings.BASE_DIR = tmp_path
        for step in steps.values():
            step()

    build.monkeypatch, build.root = monkeypatch, tmp_path
    return build


class TestDemo:
    """The demo as it is seeded: the plan has just begun."""

    def test_names_exactly_what_is_missing(self, demo):
        found = missing()
        assert {name: answer for name, (answer, _) in found.items()} == {
            "tests": "unknown", "checklist": "closed", "quiet": "unknown", "credits": "unknown", "paths": "unknown",
            "frontend": "closed", "no-rates": "closed", "no-keys": "closed", "no-frontend": "closed",
            "no-fallback": "closed", "no-fields": "closed",
        }  # fmt: skip
        assert "dynamic-model-choices is at live for nobody." in found["frontend"][1]
        assert "igny8_core/ai/constants.py:" in found["no-rates"][1]
        assert "The candidate has answered nothing that came in by the path scheduled." in found["paths"][1]

    @pytest.mark.legacy
    def test_has_for_each_line_what_leads_there(self, demo):
        assert [each.name for each in completion(now=NOW).criteria if not each.remedy] == []

    @pytest.mark.legacy
    def test_is_told_by_the_command(self, demo, harness):
        code, out, _ = harness("criteria")
        assert (code, "Not complete: 11 lines missing." in out) == (1, True)
        assert "To do: python manage.py harness legacy scan" in out

    def test_knows_no_line_that_facts_do_not_have(self):
        assert [each.words for each in CRITERIA] == [
            "All integration tests pass",
            "All items of the manual checklist pass",
            "No errors in the production log for one week",
            "Credit calculations match the expected values",
            "Every execution path works: manual, automation, scheduled",
            "The frontend loads models from the API",
            *(line.sentence for line in LEGACY),
        ]


class TestFinished:
    def test_is_complete(self, build):
        build()
        found = completion(now=NOW)
        assert {(each.answer.value, each.remedy) for each in found.criteria} == {("open", "")}
        assert (found.complete, len(found.criteria)) == (True, 11)

    def test_is_complete_by_what_people_and_machines_have_put_down(self, build, revision_here):
        """No gate answers for them: each is asked, and says what it rests on."""

        def put_down():
            green(7)
            for phase in PLAN.phases:
                for item in checklist_of(phase):
                    tick(phase=phase, number=item.number, actor=person)

        person = of_user(trusted("ada"))
        build(gates=put_down)
        assert missing() == {}
        said = {each.name: each.sentence for each in completion(now=NOW).criteria}
        assert said["tests"].startswith("Phase 7: All passed: 12,000 tests on revision f00df00df00d at ")
        assert said["checklist"].startswith("Phase 3: All ")
        untick(phase=next(phase for phase in PLAN.phases if phase.checklist), number=1, actor=person)
        assert list(missing()) == ["checklist"]

    def test_is_told_by_command_and_api_alike(self, build, harness):
        build()
        client = with_token(trusted("ada"))
        with freeze_time(NOW):
            code, out, _ = harness("criteria", "--json")
            plain = harness("criteria")
        assert (code, json.loads(out)["complete"], plain[0]) == (0, True, 0)
        assert plain[1].endswith("The migration is complete.\n")
        build.monkeypatch.setattr(answering, "of_gate", lambda *_, **__: unmet("Two tests failed.", remedy="verify"))
        data = client.get(f"{API}criteria/").json()["data"]
        (tests,) = (each for each in data["criteria"] if each["name"] == "tests")
        assert (data["complete"], tests) == (
            False,
            {
                "name": "tests", "words": "All integration tests pass", "answer": "closed",
                "sentence": "Two tests failed.", "remedy": "verify",
            },
        )  # fmt: skip

    @pytest.mark.parametrize("gate", [GateName.TESTS, GateName.CHECKLIST])
    @pytest.mark.parametrize("answer", [unmet, unknown])
    def test_is_not_without_a_gate(self, demo, monkeypatch, gate, answer):
        shut = answer("It is not.", remedy="do it")
        gates_answer(monkeypatch, lambda phase, asked: shut if (phase, asked) == (7, gate) else met("It is."))
        found = missing()
        assert {name: each for name, each in found.items() if name in ("tests", "checklist")} == {
            gate.value: (shut.answer.value, "Phase 7: It is not.")
        }

    @pytest.mark.parametrize(
        ("parts", "name", "answer", "said"),
        [
            ({"told": lambda: None}, "quiet", "unknown", "No process has told of its errors"),
            ({"told": lambda: (told(), an_error(NOW - timedelta(hours=1)))}, "quiet", "closed", "shop.refused (shop)"),
            ({"told": lambda: covered(NOW - timedelta(days=3), NOW)}, "quiet", "unknown", "Between "),
            (
                {"moved": lambda: (moved(*FLAGS), moved("model-selection", at=NOW - timedelta(days=2),
                                                        change=FlagChange(account_id="1", membership="on")))},
                "quiet", "closed", "Quiet for 2 of 7 days",
            ),
            (
                {"compared": lambda: (was_compared(), compared(1, verdict="mismatch", stage="live"))},
                "credits", "closed", "credits.text: 1 comparison unexplained.",
            ),
            (
                {"compared": lambda: (was_compared(), compared(1, verdict="control_error", stage="live"))},
                "credits", "closed", "credits.text: 1 comparison unexplained.",
            ),
            (
                {"compared": lambda: was_compared(
                    but_not=lambda each: (each.execution_path, each.operation) == ("scheduled", "clustering"))},
                "credits", "unknown", "scheduled · clustering · gpt-5.1: Nothing of it was compared.",
            ),
            (
                {"moved": lambda: (moved(*FLAGS), moved("dynamic-model-choices",
                                                        change=FlagChange(account_id="1", membership="off")))},
                "frontend", "closed", "dynamic-model-choices is at complete for everyone, without 1.",
            ),
            (
                {"moved": lambda: (moved(*FLAGS), moved("ai-models-endpoint", change=FlagChange(everyone=False)))},
                "frontend", "closed", "ai-models-endpoint is at complete for nobody (rolled back).",
            ),
        ],
        ids=["nobody told", "error", "hole", "moved lately", "mismatch", "control error", "stratum", "excluded",
             "rolled back"],
    )  # fmt: skip
    def test_is_not_without_evidence(self, build, parts, name, answer, said):
        build(**parts)
        found = missing()
        assert {each: found[each][0] for each in found} == {name: answer}
        assert said in found[name][1]

    def test_is_not_while_a_path_was_never_used(self, build):
        build(compared=lambda: was_compared(but_not=lambda each: each.execution_path == "direct"))
        found = missing()
        assert set(found) == {"credits", "paths"}
        assert found["paths"][1] == "The candidate has answered nothing that came in by the path direct."

    def test_is_not_where_the_candidate_only_ran_beside(self, build):
        build(compared=lambda: was_compared(stage="shadow"))
        assert set(missing()) == {"paths"}

    @pytest.mark.parametrize(
        ("path", "text", "names"),
        [
            ("igny8_core/ai/constants.py", "MODEL_RATES = {}\n", {"no-rates"}),
            ("igny8_core/ai/model_registry.py", "from x import MODEL_RATES\n", {"no-fallback"}),
            ("frontend/src/pages/Sites/Settings.tsx", "const model = 'gpt-5.1';\n", {"frontend", "no-frontend"}),
            (SETTINGS, "class GlobalIntegrationSettings(M):\n    openai_api_key = models.CharField()\n", {"no-keys"}),
            (SETTINGS, "class GlobalIntegrationSettings(M):\n    openai_model = models.CharField()\n", {"no-fields"}),
        ],
        ids=["rates", "fallback", "frontend", "keys", "fields"],
    )
    def test_is_not_while_legacy_remains(self, demo, tmp_path, settings, path, text, names):
        settings.BASE_DIR = tmp_path
        tree(tmp_path, [(path, text)])
        found = missing()
        assert {name for name in found if name.startswith("no-")} | ({"frontend"} & names) == names
        assert ("frontend/src/pages/Sites/Settings.tsx:1 remains" in found["frontend"][1]) is ("frontend" in names)

    def test_is_unknown_where_the_sources_are_not_here(self, demo, tmp_path, settings):
        """An image of the service without the frontend's sources has no hard-coded model, and proves nothing."""
        settings.BASE_DIR = tmp_path
        found = missing()
        legacy = {"no-rates", "no-keys", "no-frontend", "no-fallback", "no-fields"}
        assert {name: found[name][0] for name in legacy} == dict.fromkeys(legacy, "unknown")
        assert "There is nothing to look at here: frontend/src/**/*.ts" in found["no-frontend"][1]


class TestAtTheEnd:
    """A flag that is complete begins a window in which nothing is compared any more."""

    def test_the_last_comparisons_count(self, build):
        build()
        assert {row.seam for row in queries.final_rows(["credits.text"])} == {"credits.text"}
        assert sum(each.comparisons for each in queries.evidence_of_seam("credits.text").seams) == 0

    def test_those_of_a_seam_that_is_gone_count_too(self, build, monkeypatch):
        build()
        monkeypatch.setattr("migration_harness.queries.windows.seams", ())
        assert sum(row.count for row in queries.final_rows(["credits.text"])) > 500

    def test_of_several_revisions_the_newest_counts(self, build):
        build()
        compared(7, revision="newer", at=NOW)
        assert sum(row.count for row in queries.final_rows(["credits.text"])) == 7

    def test_before_it_the_window_counts(self, build):
        build(moved=lambda: None)
        compared(7, revision="another", at=NOW)
        assert sum(row.count for row in queries.final_rows(["credits.text"])) > 500


def own_open(now):
    return met(f"Asked at {now:%H:%M}.")


def own_closed(now):
    return unmet("Not yet.", remedy="wait")


def own_raising(now):
    raise RuntimeError("\x1b[31mno")


def own_nonsense(now):
    return True


class TestDeclared:
    @pytest.fixture
    def declare(self, db, monkeypatch):
        def declare(*asks):
            plan = replace(PLAN, criteria=(Criterion(name="own", words="Ours holds", asks=asks),) if asks else ())
            monkeypatch.setattr("igny8_core.migration_plan.PLAN", plan)

        return declare

    @pytest.mark.parametrize(
        ("ask", "answer", "said"),
        [
            (f"{__name__}.own_open", "open", "Asked at 12:00."),
            (f"{__name__}.own_closed", "closed", "Not yet."),
            (f"{__name__}.own_raising", "unknown", "could not be asked: RuntimeError: \\x1b[31mno."),
            (f"{__name__}.own_nonsense", "unknown", "could not be asked: it answered bool."),
            ("nowhere.at_all", "unknown", "could not be asked: ModuleNotFoundError"),
            (LegacyGone(lines=("typo",)), "unknown", "no line 'typo'"),
            (FlagsComplete(flags=("typo",)), "closed", "There is no flag typo."),
            (GateOpen(gate=GateName.BACKUP, phase=1), "unknown", "No phase of the plan has the gate backup."),
        ],
        ids=["open", "closed", "raising", "nonsense", "missing", "line", "flag", "gate of no phase"],
    )
    def test_is_asked(self, declare, ask, answer, said):
        declare(ask)
        found = completion(now=NOW)
        assert ([each.answer.value for each in found.criteria], found.complete) == ([answer], answer == "open")
        assert said in found.criteria[0].sentence

    @pytest.mark.legacy
    def test_of_a_gate_is_asked_of_its_phase(self, declare):
        declare(GateOpen(gate=GateName.BACKUP))
        (found,) = completion(now=NOW).criteria
        assert found.answer.value == "closed"
        assert "Phase 7: No backup of what the deletion drops was verified" in found.sentence

    def test_holds_where_all_that_it_asks_does(self, declare):
        declare(f"{__name__}.own_open", f"{__name__}.own_closed", f"{__name__}.own_nonsense")
        (found,) = completion(now=NOW).criteria
        assert (found.answer.value, found.remedy) == ("closed", "wait; python manage.py harness criteria")
        assert found.sentence.startswith("Not yet. ")
        assert "Asked at" not in found.sentence

    def test_is_needed(self, declare, harness):
        declare()
        with pytest.raises(HarnessMisconfigured, match="does not say when it is complete"):
            completion(now=NOW)
        assert harness("criteria")[0] == 1

    def test_that_asks_nothing_is_unknown(self):
        assert all_of([]).answer.value == "unknown"


class TestAmounts:
    def test_of_a_seam_that_is_gone_tell_nobody_to_look_at_it(self, db):
        found = of_amounts(AmountsAgree(seams=("gone.price",)))
        gone = "No seam is called gone.price any more: what it had compared is all there is."
        assert found.remedy == f"{gone} python manage.py harness status"


class TestErrors:
    def test_are_shown_by_command_and_api_alike(self, demo, harness):
        finished.told()
        an_error(NOW - timedelta(hours=1), times=3)
        client = with_token(trusted("ada"))
        with freeze_time(NOW):
            code, out, _ = harness("errors", "--json")
            plain = harness("errors", "--days", "3")[1]
        found = json.loads(out)
        assert (code, found["answer"], [each["event"] for each in found["kept"]]) == (0, "closed", ["shop.refused"])
        assert "ValueError in shop.pay, line 3" in plain
        data = client.get(f"{API}errors/").json()["data"]
        assert set(data) == {"answer", "sentence", "kept"}
