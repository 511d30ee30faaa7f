"""What a recorded operation keeps, and what it costs whoever called it: nothing."""

import pytest
from django.db import DatabaseError, connection, transaction

from igny8_core.modules.planner.models import Cluster
from migration_harness.models import CapturedRow, RecordedOperation
from migration_harness.operations import capturing, keeping, triggers
from migration_harness.operations.declaring import RecordedModel
from migration_harness.operations.effects import Change, StepKind

from .trial import KEY, by_every_route


def mark():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('harness.recording', true), '')")
        return cursor.fetchone()[0]


class TestRecording:
    def test_has_what_was_given_and_what_came_of_it(self, host):
        answer = host.run(names=["Oak", "Elm"])
        found = host.recording()
        assert (found.kind, found.operation_id, found.account_id) == ("trial", "op-1", str(host.site.account_id))
        assert found.inputs["names"] == ["Oak", "Elm"]
        assert (found.inputs["site"], found.outcome) == ({"$row": "igny8_auth.Site", "pk": host.site.pk}, answer)
        assert (found.execution_path, found.error, found.missing) == ("direct", "", ())

    def test_has_rows_by_every_route_in_order(self, host):
        found = host.recorded(by_every_route)
        told = [(row.change, (row.before or {}).get("name"), (row.after or {}).get("name")) for row in found.rows]
        assert told == [
            (Change.INSERTED, None, "Oak"),
            (Change.INSERTED, None, "Elm"),
            (Change.UPDATED, "Oak", "Oak tree"),
            (Change.UPDATED, "Elm", "Elm tree"),
            (Change.UPDATED, "Oak tree", "Ash"),
            (Change.DELETED, "Elm tree", None),
        ]

    def test_has_no_row_that_was_rolled_back(self, host):
        def half_done(site):
            with pytest.raises(RuntimeError), transaction.atomic():
                host.sort(site)
                raise RuntimeError

        assert host.recorded(half_done).rows == ()

    def test_of_an_error_has_its_class_alone(self, host):
        def fail(_site):
            raise RuntimeError(KEY.reveal())

        found = host.recorded(fail)
        assert (found.error, found.outcome) == ("RuntimeError", None)
        assert "sk-planted" not in str(RecordedOperation.objects.values().get())

    def test_has_what_others_noticed_in_order(self, host, mailoutbox):
        found = host.recorded(host.tell)
        assert [(step.kind, step.name) for step in found.steps] == [
            (StepKind.NOTED, "balance_checked"),
            (StepKind.SENT, "provider"),
            (StepKind.FILE, "a.txt"),
            (StepKind.TASK, "trial.task"),
            (StepKind.MAIL, "Done"),
        ]
        assert found.steps[3].payload["kwargs"] == {"cluster_id": 3}
        assert (len(mailoutbox), host.storage.exists("a.txt")) == (1, True)

    def test_has_no_fragment_of_a_key(self, host):
        host.does = host.tell
        host.run()
        kept = str(RecordedOperation.objects.values().get())
        assert not any(KEY.reveal()[at : at + 8] in kept for at in range(len(KEY.reveal()) - 7))
        assert host.recording().steps[1].answer == {"text": f"no: {KEY.fingerprint}"}

    def test_says_of_a_secret_column_only_that_it_changed(self, host):
        there = Cluster.objects.create(account=host.site.account, site=host.site, name="Oak", description="sk-a")

        def change(_site):
            Cluster.objects.filter(pk=there.pk).update(name="Elm")
            Cluster.objects.filter(pk=there.pk).update(description="sk-b")

        rows = host.recorded(change).rows
        assert [row.after["description"] for row in rows] == ["(secret)", "(another secret)"]
        assert {row.before["description"] for row in rows} == {"(secret)"}

    def test_keeps_a_thousand_rows_and_says_so(self, host):
        found = host.recorded(names=[f"cluster {number}" for number in range(1_003)])
        assert (len(found.rows), found.missing) == (1_000, ("Only the first 1,000 of 1,003 changed rows were kept.",))

    def test_of_an_operation_inside_another_is_one_of_its_own(self, host):
        inner = host.run
        calls = []

        def outer(site):
            if calls:
                return host.sort(site)
            calls.append(1)
            host.sort(site, names=["before"])
            inner()
            host.sort(site, names=["after"])
            return []

        host.does = outer
        host.run()
        innermost, outermost = (
            [row.after["name"] for row in keeping.recording_of(kept).rows]
            for kept in RecordedOperation.objects.order_by("pk")
        )
        assert (innermost, outermost) == (["Oak"], ["before", "after"])

    def test_leaves_nothing_behind(self, host):
        host.run()
        assert (CapturedRow.objects.count(), mark()) == (0, "")


class TestAnOperation:
    def test_is_not_recorded_without_a_share(self, host):
        host.declares(share=0)
        host.run()
        assert (Cluster.objects.count() > 0, RecordedOperation.objects.count()) == (True, 0)

    @pytest.mark.parametrize("part", ["begin", "end"])
    def test_is_done_where_its_recording_fails(self, host, monkeypatch, part):
        def fail(*_args):
            raise DatabaseError("away")

        monkeypatch.setattr(capturing, part, fail)
        assert len(host.run()) == 1
        assert (RecordedOperation.objects.count(), mark()) == (0, "")

    def test_raises_what_it_raises_in_a_spoilt_transaction(self, host):
        def spoil(_site):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

        host.does = spoil
        with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
            host.run()
        assert (RecordedOperation.objects.count(), mark()) == (0, "")


class TestTriggers:
    def test_are_those_of_the_declared_models(self, host):
        host.declares(models=(RecordedModel(model="planner.Keyword"),))
        host.run()
        assert (host.recording().rows, triggers.lacking()) == ((), [])

    def test_that_are_missing_are_named(self, host):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER harness_capture ON planner_cluster")
        assert triggers.lacking() == ["planner.Cluster"]

    def test_that_ask_in_another_way_are_named_and_replaced(self, host):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE TRIGGER harness_capture AFTER INSERT OR UPDATE OR DELETE ON planner_cluster "
                "FOR EACH ROW WHEN (current_setting('harness.recording', true) <> '') "
                "EXECUTE FUNCTION migration_harness_capture_row('description')"
            )
        assert triggers.lacking() == ["planner.Cluster"]
        triggers.install()
        assert triggers.lacking() == []
        assert [row.change for row in host.recorded(host.sort).rows] == [Change.INSERTED]
