"""What a person mistypes is one sentence, never a traceback, and changes nothing."""

from pathlib import Path

import pytest

from igny8_core.business.billing.models import AIModelConfig
from migration_harness import queries
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import ForecastSignOff

NAME = "model-selection"
NO_NUMBERS = ["nan", "-nan", "inf", "-inf", "1e999", "1e308", "-1", "100.001", "0.001", "33.333"]


@pytest.fixture(autouse=True)
def _demo(demo):
    """Every command is tried on the demo."""


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,374,44\n")
    return str(path)


@pytest.fixture(params=["a folder", "in no folder", "in a file", "a name too long", "a full device"])
def unwritable(request, tmp_path):
    """A path that nothing can be written to."""
    (tmp_path / "file").write_text("x")
    return {
        "a folder": str(tmp_path),
        "in no folder": str(tmp_path / "nowhere" / "out"),
        "in a file": str(tmp_path / "file" / "out"),
        "a name too long": str(tmp_path / ("x" * 300)),
        "a full device": "/dev/full" if Path("/dev/full").exists() else str(tmp_path),
    }[request.param]


def sentence(err):
    """Return the last line of what a command says; progress bars and nothing else may come before it."""
    assert "Traceback" not in err
    return err.strip().splitlines()[-1]


class TestNumber:
    @pytest.mark.parametrize("option", ["--share", "--compared"])
    @pytest.mark.parametrize("text", NO_NUMBERS)
    def test_that_is_no_share_is_refused(self, harness, option, text):
        before = load_snapshot().flags
        code, out, err = harness("flag", NAME, f"{option}={text}")
        assert (code, out, err.count("\n"), load_snapshot().flags) == (2, "", 1, before), err
        assert "between 0 and 100" in err

    @pytest.mark.parametrize(
        ("text", "bps"), [("0.29", 29), ("1.13", 113), ("100", 10_000), ("0", 0), ("12.34", 1_234)]
    )
    def test_that_is_a_share_is_exact(self, harness, text, bps):
        assert harness("flag", NAME, "--share", text)[0] == 0
        assert load_snapshot().flags[NAME].share_bps == bps

    @pytest.mark.parametrize("text", ["nan", "inf", "1e999"])
    def test_that_is_no_rate_is_refused(self, harness, trace, text):
        code, _, err = harness("replay", trace, "--rate", text)
        assert (code, "--rate is a number of rows per second" in err, err.count("\n")) == (2, True, 1)

    @pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "nan", "999999999d"])
    def test_that_is_no_time_is_refused(self, harness, text):
        code, _, err = harness("heal", "--since", text)
        assert (code, "is no time" in sentence(err)) == (2, True)


class TestFile:
    @pytest.fixture
    def signature(self, difference):
        return difference.signature

    # @legacy begin
    @pytest.fixture
    def mispriced(self, harness, trace):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=10)
        harness("replay", trace)
        (found,) = queries.discrepancies()
        return found.signature

    # @legacy end

    def test_of_all_discrepancies_cannot_be_written(self, harness, signature, unwritable):
        code, _, err = harness("discrepancies", "export", unwritable)
        assert (code, sentence(err).endswith("Name a file that can be written."), err.count("\n")) == (1, True, 1)

    @pytest.mark.legacy
    def test_of_a_test_cannot_be_written(self, harness, mispriced, unwritable):
        code, _, err = harness("discrepancies", "export", mispriced, "--pytest", unwritable)
        assert (code, sentence(err).endswith("Name a file that can be written.")) == (1, True)

    @pytest.mark.legacy
    @pytest.mark.usefixtures("approving")
    def test_of_a_forecast_cannot_be_written_and_nothing_is_signed(self, harness, trace, unwritable):
        arguments = ("--csv", unwritable, "--sign-off", "--reason", "agreed", "--yes")
        code, _, err = harness("forecast", "--trace", trace, *arguments)
        assert (code, sentence(err).endswith("Name a file that can be written.")) == (1, True)
        assert not ForecastSignOff.objects.exists()
