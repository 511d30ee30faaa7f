"""Who may run which verb: named with ``--as``, or as the user of the operating system."""

import io
import sys

import pytest
from django.core.management import load_command_class

from migration_harness.authority import proving
from migration_harness.authority.actors import Origin, of_user
from migration_harness.models import AuditEvent, ForecastSignOff
from tests.people import APPROVER, OPERATOR, VIEWER, person
from tests.trial_flag import create_trial_flag

LOOK, OPERATE, APPROVE, OVERRIDE = "look", "operate", "approve", "override"
MAY = {
    "sam": (),
    "vic": (LOOK,),
    "olga": (LOOK, OPERATE),
    "ann": (LOOK, APPROVE),
    "": (LOOK, OPERATE),
}
"""What each person may; the last is the user of the operating system."""
CASES = {
    "status": [("", LOOK)],
    "evidence": [("", LOOK)],
    "gates": [("1", LOOK)],
    "verify": [("99", OPERATE)],
    "advance": [("99", OPERATE), ("99 --undo", OPERATE)],
    "checklist": [("1", LOOK), ("3 --tick 99", OPERATE), ("3 --untick 99", OPERATE)],
    "criteria": [("", LOOK)],
    "errors": [("", LOOK)],
    "flag": [
        ("typo", LOOK),
        ("typo --share 5", OPERATE),
        ("typo --account 1 --on", OPERATE),
        ("typo --retire --yes", OPERATE),
    ],
    "rollback": [("typo", OPERATE), ("--phase 99", OPERATE), ("--phase 1", OPERATE)],
    "rollout": [
        ("", LOOK),
        ("typo status", LOOK),
        ("typo start", OPERATE),
        ("typo pause", OPERATE),
        ("typo resume", OPERATE),
        ("typo abort", OPERATE),
        ("typo back-to 5", OPERATE),
    ],
    "replay": [("--runs", LOOK), ("missing.csv", OPERATE), ("--recorded nonsense", OPERATE)],
    "explore": [("", LOOK), ("typo", OPERATE)],
    "simulate": [("--runs 0", LOOK)],
    "forecast": [("--status", LOOK), ("--since x", OPERATE), ("--sign-off --forecast 99 --reason x --yes", APPROVE)],
    "backfill": [("typo", LOOK), ("typo --yes", OPERATE)],
    "reconcile": [("", OPERATE)],
    "resync": [("typo --to control", OPERATE)],
    "heal": [("--flag typo", LOOK), ("--flag typo --write", OPERATE), ("--flag typo --write --allow-debits", OPERATE)],
    "migrate": [("--pre --plan", LOOK), ("--pre", OPERATE)],
    "audit": [("--limit 1", LOOK)],
    "deferred": [("", LOOK), ("--once", OPERATE)],
    "fleet": [("", LOOK)],
    "init": [("/nowhere/plan.py", LOOK)],
    "notices": [("", LOOK), ("--retry 99", OPERATE)],
    "trial-balance": [("", LOOK), ("--full", LOOK)],
    "approvals list": [("", LOOK)],
    "approvals show": [("99", LOOK)],
    "approvals approve": [("99", APPROVE)],
    "approvals refuse": [("99 --reason x", APPROVE)],
    "approvals withdraw": [("99", OPERATE)],
    "approvals countersign": [("99", APPROVE)],
    "discrepancies list": [("", LOOK)],
    "discrepancies show": [("0123456789ab", LOOK)],
    "discrepancies note": [("0123456789ab text", OPERATE)],
    "discrepancies assign": [("0123456789ab --nobody", OPERATE)],
    "discrepancies acknowledge": [("0123456789ab --reason x", OPERATE)],
    "discrepancies fixed": [("0123456789ab --reason x", OPERATE)],
    "discrepancies reopen": [("0123456789ab --reason x", OPERATE)],
    "discrepancies explain": [
        ("0123456789ab", LOOK),
        ("0123456789ab --reason x --yes", OPERATE),
        ("--withdraw 99", OPERATE),
        ("--approve 99", APPROVE),
        ("--reject 99 --reason x", APPROVE),
        ("--revoke 99 --reason x", APPROVE),
    ],
    "discrepancies explanations": [("", LOOK)],
    "discrepancies export": [("nowhere --pytest nowhere", LOOK)],
    "operations list": [("", LOOK)],
    "operations show": [("99", LOOK)],
    "operations laws": [("", LOOK)],
    "operations shadow": [("", LOOK)],
    "operations export": [("/nowhere/file", OPERATE)],
    "operations verify": [("/nowhere/file", OPERATE)],
    "operations explain": [("/nowhere/file 0123456789ab --reason x", OPERATE)],
    "token create": [
        ("typo --name x --scope read", OPERATE),
        ("typo --name x --scope gate", OPERATE),
        ("typo --name x --scope approve", APPROVE),
    ],
    "token list": [("", LOOK)],
    "token revoke": [("mh_00000000", OPERATE)],
    "legacy executed": [
        ("", LOOK),
        ("--nobody-else --reason x --yes", OVERRIDE),
        ("--somebody-else", OVERRIDE),
    ],
    "certificate key": [("/nowhere/key", OPERATE)],
    "certificate make": [("/nowhere/file", OPERATE)],
    "certificate verify": [("/nowhere/file --key x", LOOK)],
    "legacy remove": [("--phase 1", LOOK), ("--phase 1 --write", OPERATE)],
    "legacy scan": [("--root EMPTY", LOOK)],
    "legacy backup": [("/nowhere/file", OPERATE)],
    "legacy verify": [("/nowhere/file", OPERATE)],
    "legacy restore": [("/nowhere/file", LOOK), ("/nowhere/file --yes", OPERATE)],
}
SIGN = ("forecast", "--sign-off", "--forecast", "99", "--reason", "x", "--yes")


def verbs():
    tree = load_command_class("migration_harness", "harness").get_subcommand()
    for name, node in tree.children.items():
        yield from (f"{name} {inner}" for inner in node.children) if node.children else (name,)


@pytest.fixture
def people(demo):
    """One person of each role."""
    return {
        "sam": person("sam"),
        "vic": person("vic", VIEWER),
        "olga": person("olga", OPERATOR, password="olgas"),
        "ann": person("ann", APPROVER, password="anns"),
    }


def refusals():
    return list(AuditEvent.objects.filter(action="refuse").values_list("actor", "evidence__asked"))


def typed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


class TestVerbs:
    def test_have_each_a_row(self):
        assert sorted(verbs()) == sorted(CASES)

    @pytest.mark.parametrize("who", MAY)
    def test_are_refused_to_whoever_may_not(self, people, harness, who, tmp_path):
        wrong = []
        for verb, cases in CASES.items():
            for arguments, needed in cases:
                named = ("--as", who) if who else ()
                code, _, err = harness(*verb.split(), *arguments.replace("EMPTY", str(tmp_path)).split(), *named)
                refused = " may not " in err
                if refused == (needed in MAY[who]) or (refused and code != 3):
                    wrong.append((verb, arguments, code, err))
        assert wrong == []

    def test_take_the_name_before_the_verb_too(self, people, harness):
        create_trial_flag()
        assert harness("--as", "vic", "rollback", "--all")[0] == 3
        assert harness("--as", "vic", "rollback", "--all", "--as", "olga")[0] == 0
        assert AuditEvent.objects.filter(action="roll back").first().actor == "olga"

    def test_forget_the_name_of_the_verb_before(self, people, harness):
        assert harness("--as", "vic", "status")[0] == 0
        assert harness("rollback", "--all")[0] == 0

    @pytest.mark.parametrize("name", ["nobody", "gone"])
    def test_do_not_know_whoever_is_not_active(self, people, harness, name):
        person("gone", OPERATOR, is_active=False)
        code, _, err = harness("rollback", "--all", "--as", name)
        assert (code, f"There is no active user '{name}'" in err) == (2, True)

    def test_put_the_person_on_the_trail(self, people, harness):
        assert harness("flag", "model-selection", "--share", "5", "--as", "olga")[0] == 0
        assert AuditEvent.objects.latest("id").actor == "olga"


class TestApprovingAtThePrompt:
    def test_is_nothing_for_a_machine(self, people, harness):
        code, _, err = harness(*SIGN)
        assert (code, "say who you are with --as USERNAME" in err) == (3, True)

    def test_needs_more_than_a_name(self, people, harness, monkeypatch):
        typed(monkeypatch, "")
        code, _, err = harness(*SIGN, "--as", "ann")
        assert (code, "add --password-stdin" in err) == (2, True)

    def test_takes_the_password_of_that_person(self, people, harness, monkeypatch):
        typed(monkeypatch, "anns\n")
        code, _, err = harness(*SIGN, "--as", "ann", "--password-stdin")
        assert (code, " may not " in err, refusals()) == (1, False, [])

    @pytest.mark.parametrize("password", ["olgas\n", "\n", ""])
    def test_is_refused_with_another_one(self, people, harness, monkeypatch, password):
        typed(monkeypatch, password)
        code, _, err = harness(*SIGN, "--as", "ann", "--password-stdin")
        assert (code, "the password is wrong" in err, refusals()) == (3, True, [("ann", "sign off")])
        assert not ForecastSignOff.objects.exists()

    def test_asks_whoever_may_not_for_no_password(self, people, harness, monkeypatch):
        typed(monkeypatch, "olgas\n")
        code, _, err = harness(*SIGN, "--as", "olga", "--password-stdin")
        assert (code, "Migration approver" in err) == (3, True)
        assert sys.stdin.read() == "olgas\n"

    @pytest.mark.parametrize(
        ("token", "named", "refused"),
        [("anns", "", False), ("anns", "ann", False), ("anns", "olga", True), ("olgas", "", True), ("typo", "", True)],
    )
    def test_takes_a_token_of_that_person(self, people, harness, monkeypatch, token, named, refused):
        owners = {f"{name}s": of_user(user, origin=Origin.TOKEN) for name, user in people.items()}
        monkeypatch.setattr(proving, "token_owners", [owners.get])
        monkeypatch.setenv("HARNESS_TOKEN", token)
        code, _, err = harness(*SIGN, *(("--as", named) if named else ()))
        assert (code, " may not " in err) == ((3, True) if refused else (1, False))
