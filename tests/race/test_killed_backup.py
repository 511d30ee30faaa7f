"""kill -9 in the middle of backup, verify or restore leaves all as before or as after, and the next one says which."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from migration_harness.authority.actors import HARNESS
from migration_harness.backup import making, restoring, scratch
from migration_harness.backup.restoring import Wanted
from migration_harness.backup.scratch import PREFIX
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag, PhaseAdvance, VerifiedBackup
from migration_harness.plan import PlannedFlag
from tests.acceptance.conftest import committed_demo  # noqa: F401  The demo, committed.
from tests.waiting import PATIENCE_SECONDS, given_back, until

from ..integration.backup.dropping import SETTINGS, TARIFFS, drop, rows, scratches

pytestmark = [pytest.mark.usefixtures("committed_demo"), pytest.mark.legacy]
OLD = "old-prices"
"""A flag that neither the plan nor a seam knows any more."""


@pytest.fixture
def killed(nursery, tmp_path):
    def run(verb, file, point):
        log = tmp_path / "log"
        nursery.born("tests.race.backing_up", verb, str(file), point, log=log).wait(PATIENCE_SECONDS)
        assert "was not killed" not in log.read_text()
        until(lambda: given_back(restoring._LOCK, scratch._CLASS))

    return run


@pytest.fixture
def said(capsys):
    def run(*arguments):
        code = 0
        try:
            call_command("harness", "legacy", *arguments)
        except CommandError as end:
            code = end.returncode
        return code, " ".join("".join(capsys.readouterr()).split())

    return run


@pytest.fixture
def file(tmp_path):
    create_flag(planned=PlannedFlag(name=OLD, owner="ada", note="Prices."), baseline=Stage.SHADOW, actor="tester")
    path = tmp_path / "legacy.backup"
    making.make(path=path, actor=HARNESS)
    return path


@pytest.fixture
def lost(file):
    """The deletion has run, and a flag is on the candidate; afterwards all of it is there again."""
    before = [sorted(rows(table)) for table in (SETTINGS, TARIFFS)]
    change_flag(name="model-selection", change=FlagChange(everyone=True), actor="tester")
    drop()
    yield before
    restoring.restore(path=file, actor=HARNESS, wanted=Wanted(write=True))
    assert [sorted(rows(table)) for table in (SETTINGS, TARIFFS)] == before


@pytest.fixture
def ended(file, lost):
    """A flag was retired, and two phases were closed, since the backup."""
    change_flag(name=OLD, change=FlagChange(retired=True), actor="tester", reason="its seam is gone")
    for number in (1, 2):
        PhaseAdvance.objects.create(phase=number, at=timezone.now(), actor="tester", reason="", gates={}, refused=[])
    yield
    PhaseAdvance.objects.all().delete()
    change_flag(name=OLD, change=FlagChange(retired=False), actor="tester", reason="for the next test")


def still_closed():
    return list(PhaseAdvance.objects.filter(undone_at__isnull=True).values_list("phase", flat=True))


class TestBackup:
    @pytest.mark.parametrize("point", ["with half a file", "before its name"])
    def test_that_is_killed_leaves_no_file_and_the_next_one_writes_it(self, killed, said, tmp_path, point):
        file = tmp_path / "backup"
        killed("backup", file, point)
        assert not file.exists()
        code, told = said("backup", str(file))
        assert (code, "A backup that was interrupted had left" in told) == (0, True)
        assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []

    def test_that_is_killed_after_its_name_is_whole(self, killed, said, tmp_path):
        file = tmp_path / "backup"
        killed("backup", file, "after its name")
        code, told = said("backup", str(file))
        assert (code, "is there already, and nothing was written" in told) == (2, True)
        code, told = said("verify", str(file))
        assert (code, "equal to the tables" in told) == (0, True)
        assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []


class TestVerify:
    @pytest.mark.parametrize("point", ["with a scratch database", "before its record"])
    def test_that_is_killed_records_nothing_and_its_scratch_is_dropped(self, killed, said, file, point):
        recorded = VerifiedBackup.objects.count()
        killed("verify", file, point)
        left = len(scratches())
        assert (VerifiedBackup.objects.count(), left) == (recorded, 1 if point == "with a scratch database" else 0)
        code, told = said("verify", str(file))
        assert (code, scratches(), PREFIX in told) == (0, [], bool(left))


class TestRestore:
    @pytest.mark.parametrize("point", ["with half of it back", "before its commit"])
    def test_that_is_killed_has_changed_nothing(self, killed, said, lost, file, point):
        killed("restore", file, point)
        _, told = said("restore", str(file))
        assert ("was dropped" in told, "nothing was changed" in told) == (True, True)

    def test_that_is_killed_before_the_flags_has_all_of_the_data(self, killed, said, lost, file):
        killed("restore", file, "before the flags")
        assert Flag.objects.get(name="model-selection").everyone is True
        code, told = said("restore", str(file), "--yes")
        assert (code, "there was nothing to restore" in told) == (0, True)
        assert Flag.objects.get(name="model-selection").everyone is False

    @pytest.mark.parametrize(
        "point", ["before a flag is on the lists", "before the phases", "with one phase of two open"]
    )
    def test_that_is_killed_in_the_stage_goes_on_with_it(self, killed, said, lost, file, point, ended):
        killed("restore", file, point)
        _, told = said("restore", str(file), "--yes")
        assert "there was nothing to restore" in told
        assert (Flag.objects.get(name=OLD).retired, still_closed()) == (False, [])
