"""What began an evidence window, as people read it."""

import json

import pytest
from django.db import connection
from django.urls import reverse

from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.models import Revision
from migration_harness.seams import keeping, revisions

from ..console.browser import words
from ..evidence_rows import compared
from ..operator_api.clients import API

PRICING = "file igny8_core/business/billing/pricing.py"
FLAG = "model-based-credits"
pytestmark = pytest.mark.usefixtures("demo")


def ran_on(**parts):
    """Keep a revision before that of today, with these parts instead of today's; None takes one away."""
    made = revisions.parts_of(seams.get("credits.text")) | {name: value for name, value in parts.items() if value}
    made = {name: value for name, value in made.items() if parts.get(name, "") is not None}
    Revision.objects.create(seam="credits.text", revision=revisions.digest(made), parts=made)


def runs_now():
    """Keep the revision of today, as a process does that compares by it."""
    seam = seams.get("credits.text")
    keeping.note(seam.name, revisions.revision_of(seam), revisions.parts_of(seam))
    connection.ensure_connection()
    keeping.keep(connection.connection)


def text():
    return next(seam for phase in queries.evidence_by_phase() for seam in phase.seams if seam.name == "credits.text")


def reason():
    return text().began.sentence.split(" UTC: ")[-1]


class TestBeginning:
    @pytest.mark.parametrize(
        ("before", "told"),
        [
            ({PRICING: "x"}, "igny8_core/business/billing/pricing.py changed."),
            (
                {PRICING: "x", "library Django": "5.1", "python 3": "3.10"},
                "igny8_core/business/billing/pricing.py changed (and 2 more).",
            ),
            ({PRICING: None}, "igny8_core/business/billing/pricing.py counts now."),
            ({"file igny8_core/gone.py": "x"}, "igny8_core/gone.py counts no longer."),
            ({"data igny8_core/business/billing/price_list.toml": "x"},
             "igny8_core/business/billing/price_list.toml changed."),
            ({"explanation price list": "x"}, "explanation price list changed."),
            ({"explanation price list": None}, "explanation price list counts now."),
            ({"model billing.AIModelConfig": "x"}, "the fields of billing.AIModelConfig changed."),
            ({"setting IGNY8_RATES_SECONDS": "x"}, "the setting IGNY8_RATES_SECONDS changed."),
            ({"declaration": "x"}, "what the seam says of itself changed."),
            ({"rule 0": "x"}, "the rules in force changed."),
            ({"something new": "x"}, "new counts no longer."),
        ],
        ids=[
            "file", "more", "came", "went", "data", "explanation", "explained", "model", "setting", "declaration",
            "rule", "of a later revision",
        ],
    )  # fmt: skip
    def test_names_what_changed(self, before, told):
        ran_on(**before)
        runs_now()
        assert reason() == told

    def test_names_both_versions_of_a_library(self):
        ran_on(**{"library cryptography": "0.27"})
        runs_now()
        version = revisions.parts_of(seams.get("credits.text"))["library cryptography"]
        assert reason() == f"cryptography 0.27 → {version}."

    def test_has_all_that_changed(self):
        ran_on(**{PRICING: "x", "python 3": "3.10", "library Django": "5.1"})
        runs_now()
        changes = text().began.changes
        assert changes[0] == "igny8_core/business/billing/pricing.py changed"
        assert changes[2] == f"Python 3.10 → {revisions.parts_of(seams.get('credits.text'))['python 3']}"

    def test_compares_with_the_revision_that_came_just_before(self):
        ran_on(**{"python 3": "3.9"})
        ran_on(**{PRICING: "x"})
        runs_now()
        Revision.objects.create(seam="credits.image", revision="other", parts={})
        assert reason() == "igny8_core/business/billing/pricing.py changed."

    def test_is_when_the_revision_was_first_compared_with(self):
        ran_on(**{PRICING: "x"})
        runs_now()
        compared(3)
        assert text().began.at == Revision.objects.latest("id").first_at

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (FlagChange(stage=Stage.RAMPDOWN), "stage of flag model-based-credits changed from live to rampdown"),
            (FlagChange(baseline=Stage.OFF), "baseline of flag model-based-credits changed from shadow to off"),
        ],
        ids=["stage", "baseline"],
    )
    def test_names_a_change_of_the_flag_and_who_made_it(self, change, told):
        ran_on(**{PRICING: "x"})
        runs_now()
        flip = change_flag(name=FLAG, change=change, actor="alice")
        assert reason() == f"{told} (epoch {flip.epoch}, by alice)."
        change_flag(name=FLAG, change=FlagChange(share_bps=500), actor="bob")
        assert reason() == f"{told} (epoch {flip.epoch}, by alice)."

    def test_says_that_it_is_not_known_where_nothing_was_kept_before(self):
        runs_now()
        assert reason() == "what it ran on before was not kept, so what changed is not known."

    def test_says_so_of_what_was_compared_before_anything_was_kept(self):
        compared(3)
        assert text().began.at == text().since
        assert reason() == "what it ran on before was not kept, so what changed is not known."

    def test_says_that_nothing_was_compared(self):
        assert text().began.sentence == "Nothing was compared yet."

    def test_says_what_the_next_comparison_will_begin(self):
        ran_on(**{PRICING: "x"})
        assert text().began.sentence == (
            "The next comparison begins a new window: igny8_core/business/billing/pricing.py changed."
        )
        assert text().began.at is None

    def test_is_told_by_command_page_and_api_alike(self, harness, client, admin_user):
        ran_on(**{PRICING: "x", "python 3": "3.10"})
        runs_now()
        began = text().began
        assert began.sentence.startswith("A new window began at 20")
        assert f"credits.text: {began.sentence}" in " ".join(harness("evidence")[1].split())
        (phase,) = json.loads(harness("evidence", "credits.text", "--json")[1])
        assert phase["seams"][0]["began"]["sentence"] == began.sentence
        client.force_login(admin_user)
        phases = client.get(f"{API}evidence/").json()["results"]
        (told,) = (seam["began"] for each in phases for seam in each["seams"] if seam["name"] == "credits.text")
        assert (told["sentence"], tuple(told["changes"])) == (began.sentence, began.changes)
        assert began.sentence in words(client.get(reverse("dashboards:evidence")))


class TestKeptRevision:
    def test_is_written_once_and_stays(self):
        runs_now()
        first = Revision.objects.get(seam="credits.text")
        runs_now()
        again = Revision.objects.get(seam="credits.text")
        assert (again.pk, again.first_at) == (first.pk, first.first_at)
        assert again.parts == revisions.parts_of(seams.get("credits.text"))

    def test_is_asked_for_when_a_seam_gets_its_revision_and_written_by_no_call(self, trial, django_assert_num_queries):
        with django_assert_num_queries(0):
            revision = revisions.revise(trial.seam)
        connection.ensure_connection()
        keeping.keep(connection.connection)
        assert Revision.objects.get().revision == revision

    def test_is_no_query_where_there_is_nothing_to_keep(self, django_assert_num_queries):
        runs_now()
        keeping.keep(None)

    def test_stays_asked_for_while_the_database_refuses(self, trial):
        revisions.revise(trial.seam)
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE migration_harness_revision RENAME TO gone")
        with pytest.raises(Exception, match="migration_harness_revision"):
            keeping.keep(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO migration_harness_revision")
        keeping.keep(connection.connection)
        assert Revision.objects.count() == 1

    def test_holds_up_no_other_where_it_cannot_be_kept(self):
        keeping.note("strange", "1", {"file \0": "x"})
        runs_now()
        assert [each.seam for each in Revision.objects.all()] == ["credits.text"]
