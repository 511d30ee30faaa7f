"""An operation, run again on both sides: what stays inside, when it is not run, and what is told of it."""

import os
import socket
import subprocess
import threading
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import gettempdir

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils import timezone
from waffle.models import Switch

from igny8_core.auth.models import User
from igny8_core.modules.planner.models import Cluster
from migration_harness import queries
from migration_harness.comparing.explanations import Rule
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.deciding.source import decide
from migration_harness.deciding.stages import Stage
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.faults import alarm
from migration_harness.log import recorder
from migration_harness.models import Comparison, RecordedOperation
from migration_harness.operations import alone, answering, shadowing
from migration_harness.operations.declaring import Operations, RecordedModel
from migration_harness.operations.shadows import LONGEST_WAIT, SWITCH, work_off
from migration_harness.operations.telling import is_tried, recorded_answer, sent
from migration_harness.seams.fixed import decided_by
from migration_harness.seams.seam import Seam
from tests.trial_flag import FLAG, SEAM
from tests.waiting import PATIENCE_SECONDS, somebody_waits_for_a_lock, until

from ..console.browser import page_of, words
from . import trial
from .trial import CLUSTERS

OF_A_SHADOW = Path(gettempdir(), f"of-a-shadow-{os.getpid()}")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(host, settings, trial_flag):
    """A host whose every operation waits to be shadowed."""
    settings.HARNESS = settings.HARNESS | {"SHADOWED_BPS": 10_000, "SHADOW_MS": 60_000}
    host.explains = lambda *rules: setattr(trial, "DECLARED", Operations(models=(CLUSTERS,), explain=rules))
    return host


def on_target():
    """Tell which side answers."""
    return decide(FLAG, None).in_cohort


def came_to(host, does=None, **kwargs):
    """Run an operation, shadow it, and return what came of it."""
    host.recorded(does, **kwargs)
    assert work_off(at_most_seconds=PATIENCE_SECONDS) == 1
    kept = RecordedOperation.objects.get()
    return kept.shadow, kept.shadow_why


def found():
    recorder.buffer.flush()
    return [(d.seam, d.verdict, set(d.paths)) for d in queries.discrepancies()]


class TestAShadow:
    def test_of_two_sides_that_do_the_same_matches(self, host):
        assert came_to(host) == ("matched", "")
        assert (Cluster.objects.filter(name="Oak").count(), found()) == (1, [])

    def test_of_sides_that_differ_is_a_discrepancy_with_both_runs(self, host, harness, client):
        def name_it(site):
            return host.sort(site, names=["Elm" if on_target() else "Oak"])

        assert came_to(host, name_it) == ("differed", "")
        path = "effects.rows.planner.Cluster[*].columns.name"
        assert found() == [("operation.trial", "mismatch", {path})]
        (discrepancy,) = queries.discrepancies()
        told = harness("discrepancies", "show", discrepancy.signature)[1]
        assert ("As it was decided" in told, "Oak" in told, "Elm" in told) == (True, True, True)
        assert RecordedOperation.objects.get().shadow_signature == discrepancy.signature
        client.force_login(User.objects.create_superuser("operator", password="x"))
        page = words(client.get(page_of(discrepancy.signature)))
        assert ("Both runs, side by side" in page, "≠ planner.Cluster" in page) == (True, True)

    def test_of_sides_that_are_meant_to_differ_is_explained_until_the_rule_ends(self, host):
        def name_it(site):
            return host.sort(site, names=["Elm" if on_target() else "Oak"])

        def rule(expires):
            covers = lambda those, call: (call["kind"], those[0].candidate) == ("trial", "Elm")  # noqa: E731
            return Rule(name="trees", reason="Elms.", owner="olga", expires=expires, covers=covers)

        host.explains(rule(date.max))
        assert came_to(host, name_it) == ("explained", "")
        RecordedOperation.objects.all().delete()
        Cluster.objects.all().delete()
        host.explains(rule(date.min))
        assert came_to(host, name_it) == ("differed", "")

    def test_puts_back_what_was_changed_and_deleted_and_made(self, host):
        host.declares(models=(RecordedModel(model="planner.Cluster"),))
        site = host.site
        for name in ("changed", "deleted"):
            Cluster.objects.create(account=site.account, site=site, name=name)

        def see(site):
            names = sorted(Cluster.objects.filter(site=site).values_list("name", flat=True))
            Cluster.objects.filter(site=site, name="changed").update(name="other")
            Cluster.objects.filter(site=site, name="deleted").delete()
            return [names, host.sort(site)]

        assert came_to(host, see) == ("matched", "")
        assert sorted(Cluster.objects.values_list("name", flat=True)) == ["Oak", "other"]

    def test_gets_recorded_answers_in_order(self, host):
        assert came_to(host, lambda _site: [self.answer(each) for each in ("one", "two")]) == ("matched", "")

    def test_ends_where_it_asks_for_what_was_never_answered(self, host, harness):
        """What it would have done with an answer that is made up is no effect of it."""

        def ask(site):
            told = [self.answer(each) for each in ["one", "two", "three"][: 3 if on_target() else 2]]
            if not on_target():
                raise ValueError
            return [host.sort(site, names=told), self.answer("four")]

        with suppress(ValueError):
            host.recorded(ask)
        work_off(at_most_seconds=PATIENCE_SECONDS)
        ((_, _, paths),) = found()
        assert paths == {"effects.sent"}
        told = " ".join(harness("discrepancies", "show", queries.discrepancies()[0].signature)[1].split())
        asked = "On the target side: provider was asked for what nobody was asked when it was recorded."
        assert (asked in told, "As it was decided it ended with ValueError." in told) == (True, True)
        assert len(RecordedOperation.objects.get().beside["candidate"]["sent"]) == 3

    def test_says_where_a_side_raised_and_not_what(self, host, harness, client):
        def fail(site):
            if on_target():
                raise ValueError("a secret")
            return host.sort(site)

        assert came_to(host, fail) == ("differed", "")
        found()
        (discrepancy,) = queries.discrepancies()
        place = f"candidate at {__name__.replace('.', '/')}.py:"
        assert (discrepancy.raised.startswith(place), discrepancy.cause) == (True, discrepancy.raised)
        client.force_login(User.objects.create_superuser("operator", password="x"))
        page = words(client.get(page_of(discrepancy.signature)))
        assert "raised nothing as it was decided, and ValueError on the target side" in page
        shown = [harness("discrepancies", "show", discrepancy.signature)[1], page]
        for text in shown:
            joined = "".join(text.split())
            assert (place.replace(" ", "") in joined, "a secret" in text) == (True, False)

    def test_names_the_seam_that_differed_in_it(self, host, harness, client, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        name = Seam(
            name=SEAM, flag=FLAG, pure=True, subject=lambda *, account: account,
            control=lambda **_: "Oak", candidate=lambda **_: "Elm",
        )  # fmt: skip

        def name_it(site):
            return host.sort(site, names=[name(account=site.account_id)])

        with unit_of_work(execution_path=ExecutionPath.MANUAL, request_id="asked-1"):
            host.recorded(name_it)
        work_off(at_most_seconds=PATIENCE_SECONDS)
        recorder.buffer.flush()
        inside, whole = sorted(queries.discrepancies(), key=lambda each: each.seam.startswith("operation."))
        client.force_login(User.objects.create_superuser("operator", password="x"))
        shown = harness("discrepancies", "show", whole.signature)[1], words(client.get(page_of(whole.signature)))
        for text in shown:
            told = f"In the same operation the seam {SEAM} differed for customers: mismatch"
            assert (told in " ".join(text.split()), inside.signature in text) == (True, True)

    def test_is_no_match_where_it_ends_with_nothing_else_to_tell(self, host):
        def ask(_site):
            if is_tried():
                return recorded_answer("provider") if on_target() else None
            return None

        state, why = came_to(host, ask)
        assert (state, "what nobody was asked" in why) == ("skipped", True)

    def test_cannot_be_reproduced_where_it_asks_for_more_as_it_was_decided(self, host):
        state, why = came_to(host, lambda _site: is_tried() and recorded_answer("provider") and None)
        assert (state, "what nobody was asked" in why) == ("unreproducible", True)

    @staticmethod
    def answer(question):
        on_its_way = sent("provider", {"question": question})
        answer = recorded_answer("provider").answer["text"] if is_tried() else question.upper()
        on_its_way.answered({"text": answer})
        return answer

    def test_does_what_waits_for_the_commit_inside(self, host):
        def publish(_site):
            with transaction.atomic():
                transaction.on_commit(lambda: host.celery.send_task("trial.task"))

        assert came_to(host, publish) == ("matched", "")

    def test_keeps_mail_tasks_files_and_caches_inside(self, host, mailoutbox):
        sent_tasks = []
        host.celery.amqp.send_task_message = lambda *_, **__: sent_tasks.append(1)

        def tell(_site):
            host.storage.save("a.txt", ContentFile(b"oak"))
            host.celery.send_task("trial.task")
            send_mail("Done", "Sorted.", None, ["a@example.com"])
            before = cache.get("shadow", 0)
            cache.set("shadow", before + 1)

        assert came_to(host, tell) == ("matched", "")
        assert (len(mailoutbox), len(sent_tasks), cache.get("shadow")) == (1, 1, 1)
        assert host.storage.listdir("") == ([], ["a.txt"])
        cache.delete("shadow")

    @pytest.mark.parametrize(
        ("effect", "told"),
        [
            (lambda: threading.Thread(target=int).start(), "thread: Thread.start"),
            (lambda: socket.create_connection(("127.0.0.1", 9)), "network"),
            (lambda: subprocess.run(["true"], check=True), "process"),
            (lambda: OF_A_SHADOW.write_text("oak"), "file: open"),
            (lambda: OF_A_SHADOW.unlink(), "file: unlink"),
            (lambda: connection.cursor().execute("SELECT pg_advisory_lock(1)"), "database: pg_advisory_lock"),
            (lambda: connection.cursor().execute("COMMIT"), "database: commit"),
            (lambda: connection.close(), "connection: close"),
        ],
        ids=["thread", "socket", "process", "file", "removal", "lock of the session", "commit", "close"],
    )
    def test_that_tries_what_leaves_is_refused_and_told(self, host, effect, told):
        def leave(site):
            if is_tried():
                effect()
            return host.sort(site)

        state, why = came_to(host, leave)
        assert (state, told in why) == ("unreproducible", True)
        assert (Cluster.objects.count(), OF_A_SHADOW.exists()) == (1, False)

    def test_counts_no_error_as_one_of_live_work(self, host, monkeypatch):
        counted = []
        monkeypatch.setattr("migration_harness.errors.keeping._keep", lambda *_: counted.append(is_tried()))

        def fail(_site):
            alarm("trial.failed")

        came_to(host, fail)
        assert counted == [False]

    def test_writes_no_comparison_of_a_seam(self, host):
        came_to(host)
        recorder.buffer.flush()
        assert Comparison.objects.count() == 0


class TestIsSkipped:
    def test_where_a_row_was_changed_again(self, host):
        host.recorded()
        Cluster.objects.filter(name="Oak").update(name="Ash")
        work_off(at_most_seconds=PATIENCE_SECONDS)
        kept = RecordedOperation.objects.get()
        assert (kept.shadow, kept.shadow_why) == ("skipped", "a row that it changed was changed again")

    def test_where_somebody_holds_a_row(self, host):
        host.recorded()
        held, over = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                Cluster.objects.select_for_update().get(name="Oak")
                held.set()
                over.wait(PATIENCE_SECONDS)
            connection.close()

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(PATIENCE_SECONDS)
        work_off(at_most_seconds=PATIENCE_SECONDS)
        over.set()
        holder.join()
        assert RecordedOperation.objects.get().shadow_why == "a row was held by somebody else"

    def test_where_somebody_waits_for_it(self, host):
        """It ends at its next statement, however long it would go on."""
        waiting = []

        def change():
            Cluster.objects.filter(name="Oak").update(description="theirs")
            connection.close()

        def go_on(site):
            Cluster.objects.filter(name="oak").update(name="Oak")
            if is_tried():
                waiting.append(threading.Thread(target=change))
                shadowing.enclosure.set(None)
                waiting[0].start()
                until(somebody_waits_for_a_lock)
                until(lambda: Cluster.objects.filter(name="never").exists())

        Cluster.objects.create(account=host.site.account, site=host.site, name="oak")
        assert came_to(host, go_on) == ("skipped", alone.WAITED_FOR)
        waiting[0].join(PATIENCE_SECONDS)
        assert not waiting[0].is_alive()

    def test_where_it_takes_too_long(self, host, settings):
        settings.HARNESS = settings.HARNESS | {"SHADOW_MS": 300}

        def stay(_site):
            if is_tried():
                until(lambda: Cluster.objects.filter(name="never").exists())

        state, why = came_to(host, stay)
        assert (state, why) == ("skipped", "it took longer than 300 ms")
        assert Cluster.objects.count() == 0

    def test_where_the_server_ends_it(self, host, settings):
        """A shadow that hangs holds nothing for longer: the server ends its transaction."""
        settings.HARNESS = settings.HARNESS | {"SHADOW_MS": 300}

        def hang(_site):
            if is_tried():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(%s)", [PATIENCE_SECONDS])

        assert came_to(host, hang) == ("skipped", "it took longer than 300 ms")
        host.does = host.sort
        assert len(host.run(names=["Ash"])) == 1

    def test_by_its_switch(self, host):
        Switch.objects.create(name=SWITCH, active=False)
        assert came_to(host) == ("skipped", f"the switch {SWITCH} is off")

    def test_in_a_process_that_does_several_things_at_a_time(self, host):
        host.recorded()
        kept, found = RecordedOperation.objects.get(), []
        thread = threading.Thread(target=lambda: found.append(shadowing.shadow(kept)))
        thread.start()
        thread.join()
        assert (found[0].state, "several things" in found[0].why) == ("skipped", True)

    def test_where_it_holds_other_operations(self, host):
        inner = host.run
        calls = []

        def outer(site):
            calls.append(1)
            name = f"by {len(calls)}"
            if name == "by 1":
                inner()
            return host.sort(site, names=[name])

        host.recorded = lambda *_: (setattr(host, "does", outer), host.run())
        host.recorded()
        work_off(at_most_seconds=PATIENCE_SECONDS)
        reasons = RecordedOperation.objects.order_by("pk").values_list("shadow_why", flat=True)
        assert "other operations inside" in list(reasons)[1]


class TestQueue:
    def test_that_hangs_holds_nobody_up(self, host, settings, monkeypatch):
        settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
        asked, over = threading.Event(), threading.Event()
        hangs = lambda *_, **__: (asked.set(), over.wait(PATIENCE_SECONDS))  # noqa: E731
        monkeypatch.setattr(current_app, "send_task", hangs)
        for name in ("Oak", "Elm", "Ash"):
            host.run(names=[name])
        assert asked.wait(PATIENCE_SECONDS)
        assert RecordedOperation.objects.filter(shadow="due").count() == 3
        over.set()

    def test_that_nobody_worked_off_is_skipped_and_counted(self, host):
        host.recorded()
        RecordedOperation.objects.update(at=timezone.now() - LONGEST_WAIT * 2)
        assert work_off(at_most_seconds=PATIENCE_SECONDS) == 0
        assert RecordedOperation.objects.get().shadow_why == "nobody took it in time"


@pytest.mark.usefixtures("trial_flag")
class TestStages:
    def test_are_kept_and_told_again(self, demo, account):
        with decided_by(shadowing.newest_snapshot().flags.values(), epoch=3) as snapshot:
            kept = answering.stages_for(str(account.pk), snapshot=snapshot)
        again = answering.as_then(kept, snapshot=snapshot)
        told = answering.stages_for("another account", snapshot=Snapshot(epoch=3, flags={f.name: f for f in again}))
        assert told == {name: each | {"compared_bps": 0} for name, each in kept.items()}
        assert {each["stage"] for each in told.values()} == {Stage.SHADOW.value}

    def test_of_the_target_have_the_candidate_answer_everybody(self, demo):
        flags = answering.on_target(shadowing.newest_snapshot())
        snapshot = Snapshot(epoch=1, flags={flag.name: flag for flag in flags})
        told = answering.stages_for("anybody", snapshot=snapshot)
        assert {(each["candidate"], each["compared_bps"]) for each in told.values()} == {(True, 0)}


class TestCommand:
    def test_says_what_came_of_them_and_why_not(self, host, harness):
        host.recorded()
        Cluster.objects.filter(name="Oak").update(name="Ash")
        work_off(at_most_seconds=PATIENCE_SECONDS)
        told = harness("operations", "shadow")[1]
        assert ("trial" in told, "was changed again" in told) == (True, True)
        assert '"skipped": 1' in harness("operations", "shadow", "--json")[1]
        assert "shadow skipped" in harness("operations", "show", "op-1")[1]

    def test_and_page_say_what_to_do_where_one_did_not_fit(self, host, harness, client):
        host.recorded()
        too_long = alone.TOO_LONG.format(200)
        RecordedOperation.objects.update(shadow="skipped", shadow_why=too_long, shadow_ms=201)
        told = " ".join(harness("operations", "shadow")[1].split())
        client.force_login(User.objects.create_superuser("operator", password="x"))
        page = words(client.get("/migration/recordings/"))
        one = words(client.get(f"/migration/recordings/{RecordedOperation.objects.get().pk}/"))
        assert ("1 not compared" in told, "SHADOW_MS" in told) == (True, True)
        assert (too_long in page, "SHADOW_MS" in page, too_long in one) == (True, True, True)
