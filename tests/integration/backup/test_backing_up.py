"""``harness legacy backup``, ``verify`` and ``restore`` as whoever types them sees it."""

import json
import stat

import pytest
from django.db import connection

from igny8_core.business.billing.models import CreditCostConfig
from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings
from migration_harness.backup import restoring
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, Flag, VerifiedBackup

from .dropping import KEY, SETTINGS, TARIFFS, definition, drop, one_line, rows, scratches


class TestBackup:
    def test_is_readable_by_its_owner_alone(self, backed_up):
        assert stat.S_IMODE(backed_up.stat().st_mode) == 0o600

    def test_has_no_key_in_clear(self, backed_up):
        assert (KEY.encode() in backed_up.read_bytes(), b'{"secret":"gAAAA' in backed_up.read_bytes()) == (False, True)

    def test_leaves_nothing_beside_it(self, backed_up):
        assert list(backed_up.parent.iterdir()) == [backed_up]

    def test_is_on_the_trail(self, backed_up):
        event = AuditEvent.objects.order_by("id").last()
        assert (event.action, event.evidence["file"]) == ("back up legacy", str(backed_up))

    def test_overwrites_no_file(self, backed_up, harness):
        before = backed_up.read_bytes()
        code, _, err = harness("legacy", "backup", str(backed_up))
        assert (code, "is there already, and nothing was written" in err) == (2, True)
        assert backed_up.read_bytes() == before

    def test_says_what_is_in_it(self, keyed, harness, file):
        code, out, _ = harness("legacy", "backup", str(file), "--json")
        told = json.loads(out)
        tables = [part["table"] for part in told["parts"]]
        assert (code, tables[:3]) == (0, [SETTINGS, TARIFFS, SETTINGS])
        assert told["rows"] == sum(part["rows"] for part in told["parts"])

    def test_needs_a_key(self, keyed, harness, file, settings):
        settings.HARNESS = settings.HARNESS | {"BACKUP_KEYS": []}
        code, _, err = harness("legacy", "backup", str(file))
        assert (code, 'HARNESS["BACKUP_KEYS"] is empty' in err, file.exists()) == (1, True, False)

    def test_names_a_folder_that_is_not_there(self, keyed, harness, tmp_path):
        code, _, err = harness("legacy", "backup", str(tmp_path / "nowhere" / "file"))
        assert (code, "No such file or directory" in err) == (1, True)


class TestVerify:
    def test_finds_the_tables_as_they_were_copied(self, backed_up, harness):
        code, out, err = harness("legacy", "verify", str(backed_up), "--json")
        told = json.loads(out)
        assert (code, told["equal"], told["differences"]) == (0, True, []), err
        assert VerifiedBackup.objects.get().sha256 == told["sha256"]

    def test_leaves_no_scratch_database(self, backed_up, harness):
        harness("legacy", "verify", str(backed_up))
        assert scratches() == []

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (
                lambda: CreditCostConfig.objects.filter(operation_type="clustering").update(min_credits=77),
                "1 row changed",
            ),
            (lambda: CreditCostConfig.objects.filter(operation_type="clustering").delete(), "1 row gone"),
            (lambda: GlobalIntegrationSettings.objects.update(openai_api_key="sk-other"), "(in openai_api_key)"),
        ],
        ids=["changed", "gone", "key"],
    )
    def test_names_what_differs_and_no_value(self, backed_up, harness, change, told):
        change()
        code, out, _ = harness("legacy", "verify", str(backed_up))
        assert (code, told in one_line(out), "sk-other" in out) == (1, True, False)

    def test_refuses_a_changed_byte(self, backed_up, harness):
        backed_up.write_bytes(backed_up.read_bytes().replace(b'"clustering"', b'"clusterong"'))
        code, _, err = harness("legacy", "verify", str(backed_up))
        assert (code, "bytes of it were changed" in err, VerifiedBackup.objects.count()) == (1, True, 0)

    def test_refuses_a_file_that_was_cut_off(self, backed_up, harness):
        backed_up.write_bytes(b"".join(backed_up.read_bytes().splitlines(keepends=True)[:-1]))
        code, _, err = harness("legacy", "verify", str(backed_up))
        assert (code, "it was cut off" in err) == (1, True)

    def test_needs_the_key_of_then(self, backed_up, harness, settings):
        settings.HARNESS = settings.HARNESS | {"BACKUP_KEYS": ["A" * 43 + "="]}
        code, _, err = harness("legacy", "verify", str(backed_up))
        assert (code, "does not have the key" in err) == (1, True)


class TestRestore:
    def test_finds_nothing_to_do_where_all_is_there(self, backed_up, harness):
        code, out, _ = harness("legacy", "restore", str(backed_up), "--json")
        assert (code, json.loads(out)["was_whole"]) == (0, True)

    def test_looks_and_changes_nothing_without_yes(self, dropped, harness):
        told = json.loads(harness("legacy", "restore", str(dropped), "--json")[1])
        assert (told["written"], told["parts"][1]["has_table"]) == (False, False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [TARIFFS])
            assert cursor.fetchone() == (None,)

    def test_makes_tables_and_columns_again_as_they_were(self, backed_up, harness):
        before = [(rows(table), definition(table)) for table in (SETTINGS, TARIFFS)]
        drop()
        code, _, err = harness("legacy", "restore", str(backed_up), "--yes")
        assert code == 0, err
        assert [(rows(table), definition(table)) for table in (SETTINGS, TARIFFS)] == before

    def test_goes_on_counting_where_the_rows_end(self, dropped, harness):
        harness("legacy", "restore", str(dropped), "--yes")
        newest = CreditCostConfig.objects.order_by("pk").last().pk
        made = CreditCostConfig.objects.create(operation_type="new", tokens_per_credit=1)
        assert made.pk > newest

    def test_keeps_what_is_new_and_what_has_changed(self, backed_up, harness):
        CreditCostConfig.objects.create(operation_type="new", tokens_per_credit=1)
        CreditCostConfig.objects.filter(operation_type="clustering").update(min_credits=77)
        CreditCostConfig.objects.filter(operation_type="idea_generation").delete()
        code, out, _ = harness("legacy", "restore", str(backed_up), "--yes")
        assert (code, "1 row changed since, and kept as now" in one_line(out)) == (1, True)
        kept = dict(CreditCostConfig.objects.values_list("operation_type", "min_credits"))
        assert (kept["clustering"], "idea_generation" in kept, "new" in kept) == (77, True, True)

    def test_overwrites_where_that_is_said(self, backed_up, harness):
        before = CreditCostConfig.objects.get(operation_type="clustering").min_credits
        CreditCostConfig.objects.filter(operation_type="clustering").update(min_credits=77)
        code, _, _ = harness("legacy", "restore", str(backed_up), "--yes", "--overwrite")
        assert (code, CreditCostConfig.objects.get(operation_type="clustering").min_credits) == (0, before)

    def test_says_that_it_was_done_when_asked_again(self, dropped, harness):
        harness("legacy", "restore", str(dropped), "--yes")
        code, out, _ = harness("legacy", "restore", str(dropped), "--yes")
        assert (code, "there was nothing to restore" in out) == (0, True)
        assert AuditEvent.objects.filter(action="restore legacy").count() == 1

    def test_gives_everyone_the_legacy_code_and_names_the_way_on(self, dropped, harness):
        change_flag(name="model-selection", change=FlagChange(everyone=True), actor="seed")
        code, out, _ = harness("legacy", "restore", str(dropped), "--yes")
        assert (code, Flag.objects.get(name="model-selection").everyone) == (0, False)
        assert "python manage.py harness flag model-selection --stage live --everyone unset" in out

    def test_refuses_another_database(self, dropped, harness, monkeypatch):
        elsewhere = {"server": "1", "name": "elsewhere", "version": "18"}
        monkeypatch.setattr(restoring, "database_here", lambda: elsewhere)
        code, _, err = harness("legacy", "restore", str(dropped), "--yes")
        assert (code, "this is elsewhere" in err) == (1, True)
        assert harness("legacy", "restore", str(dropped), "--yes", "--other-database")[0] == 0

    def test_brings_back_all_but_the_keys_where_the_key_is_lost(self, dropped, harness, settings):
        settings.HARNESS = settings.HARNESS | {"BACKUP_KEYS": ["A" * 43 + "="]}
        assert harness("legacy", "restore", str(dropped), "--yes")[0] == 1
        code, out, _ = harness("legacy", "restore", str(dropped), "--yes", "--without-secrets")
        assert (code, "come back empty" in one_line(out)) == (1, True)
        assert GlobalIntegrationSettings.objects.get().openai_api_key == ""
