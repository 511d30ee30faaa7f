"""The verbs of ``harness``, as a person and as a script use them."""

import json
import re
from dataclasses import replace

import pytest
from django.core.management import load_command_class

from igny8_core.auth.models import Account
from igny8_core.migration_plan import PLAN
from migration_harness.control import rollback as rollbacks
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.processes import Process
from migration_harness.deciding.registry import seams
from migration_harness.models import AuditEvent, DiscrepancyReview

NAME = "model-based-credits"
SELECTION = "model-selection"
LATE = Process(host="web-1", pid=7, role="web")

TRACE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:51.2224670,none,55
2023-11-16 18:15:51.3910170,91,16
"""


def verbs():
    """Every verb, with the group before those that are in one."""
    tree = load_command_class("migration_harness", "harness").get_subcommand()
    for name, node in tree.children.items():
        yield from ([name, inner] for inner in node.children) if node.children else ([name],)


@pytest.fixture(autouse=True)
def _demo(demo):
    """Every verb is tried on the demo."""


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text(TRACE)
    return str(path)


class TestStatus:
    def test_as_json_is_the_contract(self, harness):
        code, out, _ = harness("status", "--json")
        found = json.loads(out)
        assert code == 0
        assert [p["number"] for p in found["phases"]] == [1, 2, 3, 4, 5, 6, 7]
        assert found["phases"][3] == {
            "number": 4, "name": "Credits by model", "state": "pending", "flags": ["model-selection", NAME],
            # Nothing was compared, so that no discrepancy is open is not known either.
            "gates": {"open": 0, "total": len(PLAN.phases[3].gates)},
        }  # fmt: skip
        assert found["flags"][NAME] == {
            "stage": "live", "baseline": "shadow", "everyone": None, "share_bps": 0, "included": 0, "excluded": 0,
            "epoch": found["flags"][NAME]["epoch"],
        }  # fmt: skip
        assert found["seams"]["credits.text"]["measures"] == {"control": "0", "candidate": "0"}
        assert found["discrepancies"] == {"open": 0}
        assert found["drift"]["open"] == 0

    def test_for_people_names_every_phase_flag_and_seam(self, harness):
        _, out, _ = harness("status")
        for word in ("Legacy code removed", NAME, "credits.text", "keys.provider_key", "Nothing has been compared"):
            assert word in out


class TestDrift:
    def test_is_told_by_seam_with_its_age_and_the_way_out(self, harness, drifted):
        out = harness("status")[1]
        assert "1 write has reached one store only: harness reconcile" in out
        assert re.search(r"trial\.store +trial-store +1 +1 +3 h", out)

    def test_as_json_is_counted_by_seam(self, harness, drifted):
        found = json.loads(harness("status", "--json")[1])["drift"]
        (name, seam), seconds = *found["seams"].items(), found["seams"]["trial.store"]["oldest_seconds"]
        assert (found["open"], name, seam["flag"], seam["open"], seam["failed"]) == (
            1, "trial.store", "trial-store", 1, 1,
        )  # fmt: skip
        assert 11_000 < seconds < 12_000

    def test_of_a_seam_that_is_no_more_is_told_too(self, harness, drifted, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        assert re.search(r"trial\.store +\(no such seam\) +1", harness("status")[1])

    def test_is_0_once_it_is_repaired(self, harness, drifted):
        drifted.before.clear()
        assert harness("reconcile")[0] == 0
        assert "0 writes have reached one store only." in harness("status")[1]
        assert json.loads(harness("status", "--json")[1])["drift"] == {
            "open": 0,
            "seams": {"trial.store": {"flag": "trial-store", "open": 0, "failed": 0, "oldest_seconds": None}},
        }


class TestEveryVerb:
    @pytest.mark.parametrize("verb", list(verbs()), ids=" ".join)
    def test_refuses_an_option_that_does_not_exist_with_exit_code_2(self, harness, verb):
        assert harness(*verb, "--nonsense")[0] == 2


class TestFlag:
    def test_moves_several_accounts_by_one_change(self, harness):
        accounts = Account.objects.order_by("pk")[:3]
        named = [word for each in accounts for word in ("--account", each.name)]
        before = AuditEvent.objects.count()
        code, out, _ = harness("flag", SELECTION, *named, "--on", "--reason", "pilots")
        assert (code, "3 joined" in " ".join(out.split())) == (0, True)
        assert load_snapshot().flags[SELECTION].included == {str(each.pk) for each in accounts}
        assert AuditEvent.objects.count() == before + 1
        assert "one --account" in harness("flag", NAME, *named, "--on", "--with-required")[2]

    @pytest.mark.usefixtures("selected")
    def test_includes_one_account_and_says_who_is_affected(self, harness):
        code, out, _ = harness("flag", NAME, "--account", "Cedar Clinic", "--on", "--reason", "pilot")
        account = Account.objects.get(name="Cedar Clinic")
        assert code == 0
        assert load_snapshot().in_cohort(NAME, str(account.pk))
        assert "1 of 12 are on the candidate" in out
        assert "250,000 credits" in out
        assert AuditEvent.objects.order_by("-id").first().reason == "pilot"

    def test_names_the_required_flag_that_alone_has_changed(self, harness):
        harness("flag", NAME, "--account", "Cedar Clinic", "--on")
        again = ("flag", NAME, "--account", "Cedar Clinic", "--on", "--with-required")
        _, out, _ = harness(*again)
        assert "model-selection, which model-based-credits requires, has changed" in " ".join(out.split())
        assert f"{NAME} is unchanged" in out
        assert "1 joined" in out
        assert "has changed" not in harness(*again)[1]

    @pytest.mark.parametrize(("times", "changed"), [(1, ["model-selection"]), (2, [])])
    def test_as_json_names_the_required_flags_that_have_changed(self, harness, times, changed):
        for _ in range(times):
            _, out, _ = harness("flag", NAME, "--account", "Cedar Clinic", "--on", "--with-required", "--json")
        assert json.loads(out)["required_changed"] == changed

    @pytest.mark.usefixtures("selected")
    def test_as_json_lists_who_joined(self, harness):
        code, out, _ = harness("flag", NAME, "--share", "25", "--json")
        cohort = json.loads(out)["cohort"]
        assert code == 0
        assert cohort["accounts"] == len(cohort["joined"])

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["typo", "--share", "5"], "no flag 'typo'"),
            ([NAME, "--account", "Nobody", "--on"], "no account"),
            ([NAME, "--account", "1"], "--on, --off or --inherit"),
            ([NAME, "--on"], "add --account"),
            ([NAME, "--account", "1", "--on", "--off"], "exclude each other"),
            ([NAME, "--stage", "ramp"], "no stage 'ramp'"),
            ([NAME, "--stage", "shadow"], "cannot have the stage shadow"),
            ([NAME, "--share", "101"], "between 0 and 100"),
        ],
    )
    def test_refuses_nonsense_with_exit_code_2_and_a_remedy(self, harness, arguments, says):
        code, _, err = harness("flag", *arguments)
        assert (code, says in err) == (2, True), err


class TestRollback:
    @pytest.mark.usefixtures("selected")
    def test_takes_everyone_back_and_says_how_to_return(self, harness):
        harness("flag", NAME, "--share", "100")
        code, out, _ = harness("rollback", NAME)
        assert code == 0
        assert load_snapshot().flags[NAME].everyone is False
        assert f"harness flag {NAME} --everyone unset" in out
        assert "12 left" in out

    def test_names_the_way_back_to_everyone(self, harness):
        harness("flag", NAME, "--everyone", "yes")
        out = harness("rollback", NAME, "--to", "off")[1]
        assert f"harness flag {NAME} --everyone yes --baseline shadow" in out

    def test_prints_its_proof(self, harness):
        proof = json.loads(harness("rollback", NAME, "--json")[1])["proof"]
        assert (proof["holds"], proof["late"], proof["epoch"]) == (True, [], load_snapshot().epoch)

    @pytest.mark.parametrize(
        ("with_fault", "says"),
        [
            (lambda proven: replace(proven, proof=replace(proven.proof, late=(LATE,))), str(LATE)),
            (lambda proven: replace(proven, refused=(("other", "held up"),)), "other was not rolled back: held up"),
        ],
        ids=["a process that does not obey", "a flag that was refused"],
    )
    def test_fails_and_names(self, harness, monkeypatch, with_fault, says):
        original = rollbacks.roll_back
        monkeypatch.setattr(rollbacks, "roll_back", lambda **how: with_fault(original(**how)))
        code, out, _ = harness("rollback", NAME)
        assert (code, says in " ".join(out.split())) == (1, True)
        assert load_snapshot().flags[NAME].everyone is False

    @pytest.mark.usefixtures("selected")
    def test_takes_the_flags_of_a_phase(self, harness):
        harness("flag", NAME, "--share", "100")
        assert "12 left" in harness("rollback", "--phase", "4")[1]

    @pytest.mark.parametrize(("phase", "says"), [("7", "restore from backup"), ("9", "no phase 9")])
    def test_names_the_way_back_of_a_phase_without_flags(self, harness, phase, says):
        code, _, err = harness("rollback", "--phase", phase)
        assert (code, says in err) == (2, True)

    def test_drills_without_changing_anything(self, harness):
        before = json.loads(harness("status", "--json")[1])
        code, out, _ = harness("rollback", "--drill")
        assert (code, "nothing has changed" in out) == (0, True)
        assert json.loads(harness("status", "--json")[1]) == before

    def test_takes_every_flag_with_all(self, harness, trial_flag):
        harness("rollback", "--all", "--to", "off")
        flags = load_snapshot().flags.values()
        assert {(flag.everyone, flag.baseline.value) for flag in flags} == {(False, "off")}

    def test_needs_a_name_or_all(self, harness):
        assert harness("rollback")[0] == 2


class TestReplay:
    def test_reports_a_malformed_row_by_its_line_and_goes_on(self, harness, trace):
        code, out, _ = harness("replay", trace)
        assert code == 1
        assert "line 4" in out
        assert "3 rows charged" in out

    def test_skips_what_was_charged(self, harness, trace):
        harness("replay", trace)
        assert "0 rows charged, 3 skipped" in harness("replay", trace)[1]
        assert "3 rows charged" in harness("replay", trace, "--run", "second")[1]

    @pytest.mark.legacy
    def test_reports_an_account_that_runs_dry(self, harness, tmp_path):
        path = tmp_path / "large.csv"
        path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\nnow,90000000,1\n")
        code, out, _ = harness("replay", str(path))
        assert (code, "Amber Bakery ran dry" in out) == (0, True)

    @pytest.mark.parametrize(
        ("content", "says"),
        [("a,b\n1,2\n", "TIMESTAMP, ContextTokens, GeneratedTokens is missing"), ("", "is missing")],
    )
    def test_refuses_a_file_without_the_columns(self, harness, tmp_path, content, says):
        path = tmp_path / "other.csv"
        path.write_text(content)
        code, _, err = harness("replay", str(path))
        assert (code, says in err) == (1, True), err

    def test_refuses_a_file_that_is_not_there(self, harness):
        code, _, err = harness("replay", "no-such-file.csv")
        assert (code, "No such file" in err) == (1, True)


class TestDiscrepancies:
    @pytest.fixture
    def found(self, harness, trace):
        from igny8_core.business.billing.models import AIModelConfig

        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=10)
        harness("replay", trace)
        return json.loads(harness("discrepancies", "list", "--json")[1])

    def test_list_what_needs_a_review(self, found, harness):
        assert [(d["seam"], d["group"], d["state"], d["count"]) for d in found] == [
            ("credits.text", ["clustering", "gpt-5.1"], "open", 3)
        ]
        assert found[0]["signature"] in harness("discrepancies", "list")[1]

    @pytest.mark.legacy
    def test_show_both_values_and_what_was_expected(self, found, harness):
        shown = json.loads(harness("discrepancies", "show", found[0]["signature"], "--json")[1])
        sample = next(s for s in shown["samples"] if s["operation_id"].endswith(":0"))
        assert sample["differences"] == [{"path": "credits", "kind": "value", "control": 3, "candidate": 42}]
        assert sample["expected"] == 1
        assert "42" in harness("discrepancies", "show", found[0]["signature"])[1]

    @pytest.mark.legacy
    def test_are_reviewed_with_a_reason_and_reopen_by_themselves(self, found, harness, trace):
        signature = found[0]["signature"]
        assert harness("discrepancies", "fixed", signature)[0] == 2
        assert harness("discrepancies", "fixed", signature, "--reason", "price corrected")[0] == 0
        assert json.loads(harness("discrepancies", "list", "--json")[1]) == []
        harness("replay", trace, "--run", "again")
        assert json.loads(harness("discrepancies", "list", "--json")[1])[0]["state"] == "reopened"
        assert DiscrepancyReview.objects.get().reason == "price corrected"

    def test_say_when_there_is_none_of_that_name(self, harness):
        code, _, err = harness("discrepancies", "show", "nothing")
        assert (code, "no discrepancy 'nothing'" in err) == (2, True)

    @pytest.mark.legacy
    def test_export_to_a_file(self, found, harness, tmp_path):
        path = tmp_path / "out.json"
        harness("discrepancies", "export", str(path))
        assert json.loads(path.read_text())[0]["samples"]


class TestAudit:
    def test_shows_who_did_what_and_verifies(self, harness):
        harness("flag", NAME, "--share", "5", "--reason", "begin")
        assert "begin" in harness("audit")[1]
        events = 2 * len(PLAN.flags) + 1
        assert json.loads(harness("audit", "--verify", "--json")[1]) == {"events": events, "intact": True}
