"""``harness simulate`` at the prompt: what it prints, and its exit code."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.unit.simulating.planting import PLANTED

pytestmark = pytest.mark.django_db


class TestSimulate:
    def test_says_that_every_promise_was_kept_and_what_was_played(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("harness", "simulate", "--seed", "1", "--runs", "2")
        said = capsys.readouterr().out
        assert "Every promise was kept" in said
        assert "2 runs from seed 1" in said

    def test_counts_for_scripts(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("harness", "simulate", "--seed", "1", "--runs", "2", "--json")
        told = json.loads(capsys.readouterr().out)
        assert (told["seed"], told["runs"], told["holds"], told["broken"]) == (1, 2, True, None)
        assert told["states"]["a notice brought the flag, and nothing was loaded"] > 0

    def test_fails_and_prints_the_history_where_a_promise_was_broken(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        PLANTED["acknowledgement of an older epoch"](monkeypatch)
        with pytest.raises((CommandError, SystemExit)):
            call_command("harness", "simulate", "--seed", "1", "--runs", "10")
        said = capsys.readouterr().out
        assert "may decide by epoch" in said
        assert "has the proof of epoch" in said
        assert "The same again: harness simulate --seed" in said
