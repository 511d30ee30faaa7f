"""What a command prints: whatever a host has named, and whatever goes wrong while it is told."""

import io
import sys
from dataclasses import replace
from unittest.mock import Mock

import pytest

from igny8_core.auth.directory import accounts
from igny8_core.auth.models import Account
from igny8_core.business.billing.services.credit_service import CreditService
from migration_harness import queries
from migration_harness.cli import screen
from migration_harness.cli.acting import UNREAD
from migration_harness.cli.output import READER_GONE
from migration_harness.cli.screen import bold, warning
from migration_harness.control import rollback as rollbacks
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, DiscrepancyNote, DiscrepancyReview, ForecastSignOff
from migration_harness.plan import PlannedFlag
from tests.hostile import ALL, raw_in
from tests.integration.forecasting import used
from tests.integration.trial_stores import FLAG as STORES

FLAG = "model-based-credits"

TOLD = {
    "rich": "[bold]loud[/bold][/x][link=file:///etc]no[/link]",
    "emoji-code": ":smile: :boom:",
    "escape": "\\x1b[31mred\\x1b[2J\\x1b]0;title\\x07",
    "newlines": "first\\r\\nroot did rollback\\x0b\\x0c\\u2028\\u2029last",
    "tab": "tab and",
    "right-to-left": ALL["right-to-left"],
    "bidi": "\\u202etuo\\u2066in\\u2069\\u202c",
    "half": "half \\ud83d of a pair",
    "quotes": ALL["quotes"],
}
HOSTILE = {ALL[name]: told for name, told in TOLD.items()}
"""What a host may have named something, and how a person reads it."""
KEEPABLE = [name for name in HOSTILE if "\ud83d" not in name]
"""What PostgreSQL keeps."""
hostile = pytest.mark.parametrize("name", HOSTILE, ids=ascii)
kept = pytest.mark.parametrize("name", KEEPABLE, ids=ascii)


class Renamed:
    """The service's directory, in which every account has this name and this plan."""

    def __init__(self, name):
        self.name = name

    def describe(self, account_ids):
        return {i: self._renamed(info) for i, info in accounts.describe(account_ids).items()}

    def find(self, text):
        first = accounts.all_ids()[0]
        return self._renamed(accounts.describe([first])[first])

    def all_ids(self):
        return accounts.all_ids()

    def _renamed(self, info):
        return replace(info, name=self.name, plan=self.name)


directory = Renamed("")


@pytest.fixture
def named(settings, monkeypatch, demo):
    def rename(name):
        monkeypatch.setitem(globals(), "directory", Renamed(name))
        settings.HARNESS = settings.HARNESS | {"ACCOUNTS": f"{__name__}.directory"}

    return rename


@pytest.fixture
def account(demo):
    return Account.objects.order_by("pk").first()


def unwrapped(text):
    return "".join(text.split())


def says(text, name):
    return unwrapped(HOSTILE[name]) in unwrapped(text)


class TestScreen:
    @hostile
    def test_prints_a_name_as_it_is_wherever_it_stands(self, name, capsys):
        from migration_harness.cli.output import console, table

        rows = table("Name", title=name)
        rows.add_row(name)
        for printed in (name, bold(name), warning(name) + f" {name}", rows):
            console().print(printed)
            assert says(capsys.readouterr().out, name)

    @hostile
    def test_prints_it_in_a_progress_bar(self, name, capsys, monkeypatch):
        from migration_harness.cli.progress import progress

        monkeypatch.setenv("COLUMNS", "200")
        with progress() as shown:
            shown.add_task(name)
        assert says(capsys.readouterr().err, name)

    @hostile
    def test_prints_an_error_as_it_is(self, name, harness, demo):
        code, _, err = harness("rollback", name)
        assert code == 2
        assert repr(name)[1:-1].replace("\\\\", "\\") in err.replace("\\\\", "\\") or says(err, name)

    @hostile
    def test_prints_one_line_of_it(self, name, capsys):
        from migration_harness.cli.output import console

        console().print(name)
        out = capsys.readouterr().out
        assert (out.count("\n"), raw_in(out)) == (1, "")


class TestNames:
    @pytest.mark.covering
    @hostile
    @pytest.mark.parametrize(
        "arguments",
        [
            ("flag", FLAG, "--account", "1", "--on", "--with-required"),
            ("flag", FLAG, "--everyone", "yes"),
        ],
        ids=lambda arguments: " ".join(arguments[:1] + arguments[2:3]),
    )
    def test_of_accounts_and_plans_are_printed_by_a_flip(self, name, named, harness, arguments):
        change_flag(name="model-selection", change=FlagChange(everyone=True), actor="t")
        named(name)
        code, out, err = harness(*arguments)
        assert (code, err) == (0, "")
        assert says(out, name)

    @hostile
    def test_are_printed_by_a_rollback(self, name, named, harness):
        for flag in ("model-selection", FLAG):
            change_flag(name=flag, change=FlagChange(everyone=True), actor="t")
        named(name)
        code, out, err = harness("rollback", FLAG)
        assert (code, err) == (0, "")
        assert says(out, name)

    @hostile
    def test_are_printed_by_heal(self, name, named, harness, account):
        for flag in ("model-selection", FLAG):
            change_flag(name=flag, change=FlagChange(everyone=True), actor="t")
        CreditService.deduct_credits_for_image(account=account, model="google:4@2", operation_id="telling")
        named(name)
        code, out, _ = harness("heal", "--flag", FLAG)
        assert code == 0
        assert says(out, name)

    @pytest.mark.legacy
    @kept
    def test_of_accounts_and_models_are_printed_by_a_forecast(self, name, harness, account):
        Account.objects.filter(pk=account.pk).update(name=name)
        used(account)
        used(account, model=name)
        code, out, _ = harness("forecast")
        assert code == 0
        assert says(out, name)

    @pytest.mark.covering
    @kept
    @pytest.mark.parametrize("verb", ["note", "acknowledge", "fixed"])
    def test_in_what_people_write_are_printed_with_a_discrepancy(self, name, harness, trial, verb, monkeypatch):
        monkeypatch.setattr(screen, "_WIDTH", 2_000)
        trial.call(kind=name)
        (found,) = queries.discrepancies()
        said = (name,) if verb == "note" else ("--reason", name)
        assert harness("discrepancies", verb, found.signature, *said)[0] == 0
        for shown in (("show", found.signature), ("list", "--all")):
            code, out, _ = harness("discrepancies", *shown)
            assert code == 0
            assert says(out, name)

    @hostile
    def test_in_a_reason_stop_no_rollback_and_are_on_the_trail(self, name, harness, demo):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="t")
        assert harness("rollback", FLAG, "--reason", name)[0] == 0
        assert queries.flag_status(FLAG).everyone is False
        code, out, _ = harness("audit", "--flag", FLAG)
        assert code == 0
        assert says(out, name) or "\N{REPLACEMENT CHARACTER}" in out

    def test_of_an_actor_stop_no_rollback(self, demo):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="t")
        rollbacks.roll_back(names=[FLAG], actor="x\x00\ud800" * 100)
        assert queries.flag_status(FLAG).everyone is False

    def test_that_the_system_does_not_have_stop_no_rollback(self, harness, monkeypatch, demo):
        def nobody():
            raise KeyError("getpwuid(): uid not found: 4711")

        monkeypatch.setattr("getpass.getuser", nobody)
        assert harness("rollback", FLAG)[0] == 0
        assert AuditEvent.objects.order_by("-id").first().actor.startswith("uid ")


WRONG = {
    "another module": "igny8_core.no_such_module.accounts",
    "another name": "igny8_core.auth.directory.nothing",
}


class TestWrongDirectory:
    @pytest.mark.parametrize("wrong", WRONG)
    def test_a_flip_fails_before_it_has_changed_anything(self, wrong, harness, settings, demo):
        settings.HARNESS = settings.HARNESS | {"ACCOUNTS": WRONG[wrong]}
        events = AuditEvent.objects.count()
        code, _, err = harness("flag", FLAG, "--share", "33")
        assert code == 1
        assert "ACCOUNTS" in err
        assert (queries.flag_status(FLAG).share_bps, AuditEvent.objects.count()) == (0, events)

    @pytest.mark.parametrize("wrong", WRONG)
    @pytest.mark.parametrize("arguments", [(FLAG,), ("--all",), (FLAG, "--json")], ids=" ".join)
    def test_a_rollback_goes_through_and_says_what_it_could_not_tell(self, wrong, arguments, harness, settings, demo):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="t")
        settings.HARNESS = settings.HARNESS | {"ACCOUNTS": WRONG[wrong]}
        code, _, err = harness("rollback", *arguments)
        assert code == 0
        assert queries.flag_status(FLAG).everyone is False
        assert f"{FLAG} changed (epoch {queries.flag_status(FLAG).epoch})" in err
        assert "acknowledged in" in err
        assert "Warning: that was done, and could not be told in full" in err


def discrepancy(trial):
    trial.call()
    return queries.discrepancies()[0].signature


class TestTellingThatFails:
    """Whatever breaks while it is told what was done: it was done, and that is said in plain words."""

    FAULTS = [
        UnicodeEncodeError("ascii", "→", 0, 1, "no"),
        BrokenPipeError(),
        ValueError("a table"),
        OSError(28, "full"),
    ]

    @pytest.fixture(params=FAULTS, ids=lambda fault: type(fault).__name__)
    def broken(self, request, monkeypatch):
        class Broken(io.StringIO):
            def write(self, _):
                raise request.param

        return lambda: monkeypatch.setattr(sys, "stdout", Broken())

    @pytest.mark.covering
    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize(
        ("arguments", "told", "done"),
        [
            (("flag", FLAG, "--share", "33"), FLAG, lambda: queries.flag_status(FLAG).share_bps == 3_300),
            (("rollback", FLAG), FLAG, lambda: queries.flag_status(FLAG).everyone is False),
            (
                ("rollback", "--all"),
                "model-selection",
                lambda: queries.flag_status("model-selection").everyone is False,
            ),
            (("rollback", "--phase", "4"), FLAG, lambda: queries.flag_status(FLAG).everyone is False),
            (("rollback", "--drill"), "harness-drill", lambda: AuditEvent.objects.filter(reason="drill").exists()),
            (
                ("forecast", "--sign-off", "--yes", "--reason", "agreed"),
                "is signed off",
                lambda: ForecastSignOff.objects.exists(),
            ),
        ],
        ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
    )
    @pytest.mark.usefixtures("approving")
    def test_of_flags_and_money(self, arguments, told, done, form, broken, harness, account):
        used(account)
        broken()
        code, _, err = harness(*arguments, *form)
        assert code == 0
        assert done()
        assert told in err
        assert "Warning: that was done" in err

    @pytest.mark.parametrize(
        ("verb", "options", "done"),
        [
            ("note", ("remember",), lambda: DiscrepancyNote.objects.exists()),
            ("acknowledge", ("--reason", "seen"), lambda: DiscrepancyReview.objects.exists()),
            ("fixed", ("--reason", "done"), lambda: DiscrepancyReview.objects.exists()),
        ],
        ids=["note", "acknowledge", "fixed"],
    )
    def test_of_reviews(self, verb, options, done, broken, harness, trial):
        signature = discrepancy(trial)
        broken()
        code, _, err = harness("discrepancies", verb, signature, *options)
        assert code == 0
        assert done()
        assert signature in err
        assert "Warning: that was done" in err

    @pytest.mark.parametrize(
        ("arguments", "code"),
        # The key that has drifted is not filled, which is no success.
        [(("reconcile",), 0), (("backfill", STORES, "--yes"), 1), (("resync", STORES, "--to", "candidate"), 0)],
        ids=["reconcile", "backfill", "resync"],
    )
    def test_of_stores(self, arguments, code, broken, harness, drifted):
        planned = PlannedFlag(name=STORES, owner="tests", note="", has_store=True)
        create_flag(planned=planned, baseline=Stage.DUALWRITE, actor="tests")
        broken()
        ended, _, err = harness(*arguments)
        assert (ended, "Warning: that was done" in err) == (code, True)


class TestAReaderThatStops:
    """``harness status | head -3``: what only looks ends as other tools do, quietly and with no answer for scripts."""

    LOOKS = [
        ("status",),
        ("gates", "4"),
        ("audit",),
        ("flag", FLAG),
        ("deferred",),
        ("notices",),
        ("discrepancies", "list"),
        ("rollout",),
    ]

    @pytest.fixture(params=["at once", "at the end"])
    def stopped(self, request, monkeypatch):
        """Standard output of which nobody reads; what is printed may be noticed when all of it is to be out."""

        class Stopped(io.StringIO):
            def write(self, text):
                if request.param == "at once":
                    raise BrokenPipeError
                return len(text)

            def flush(self):
                raise BrokenPipeError

        return lambda: monkeypatch.setattr(sys, "stdout", Stopped())

    def test_is_no_error_for_verbs_that_look(self, stopped, harness, demo):
        stopped()
        ends = {(*words, *form): harness(*words, *form) for words in self.LOOKS for form in ((), ("--json",))}
        assert {words: end for words, end in ends.items() if end[0] == 0 or end[1:] != ("", "")} == {}
        assert ends[("status",)][0] == ends[("audit", "--json")][0] == READER_GONE

    def test_is_said_by_a_verb_that_was_to_change_something(self, stopped, harness, account):
        used(account)
        stopped()
        code, _, err = harness("heal", "--write", "--yes", "--reason", "owed")
        assert (code, err.strip().splitlines()[-1], "Traceback" in err) == (1, UNREAD, False)

    def test_hides_no_other_pipe_that_breaks(self, harness, monkeypatch, demo):
        monkeypatch.setattr(queries, "phase_statuses", Mock(side_effect=BrokenPipeError("of the cache")))
        with pytest.raises(BrokenPipeError):
            harness("status")
