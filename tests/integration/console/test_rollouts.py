"""The pages of rollouts, as operators see and use them in a browser."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from dashboards.rollouts import labels
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import ApprovalNeeded
from migration_harness.models import Flag, Notice, Rollout, RolloutStep
from migration_harness.rollout import running as running_rollouts
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.running import abort, pause
from migration_harness.rollout.starting import Wish, prepare, start
from migration_harness.rollout.tick import Hold
from tests.people import VIEWER, person

from ..rollout.walking.parts import FakeGuard
from .browser import CREDITS, HOSTILE, confirm, form_in, words

LIST = reverse("dashboards:rollouts")
PAGE = reverse("dashboards:rollout", args=[CREDITS])
WISH = {"steps": "5, 25.5, 100", "soak": "12h", "sample": "7"}


@pytest.fixture
def guards(selected, monkeypatch):
    watching = [FakeGuard("errors"), FakeGuard("drift")]
    monkeypatch.setattr(chosen, "guards_for", lambda _flag: list(watching))
    monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset())
    return watching


@pytest.fixture
def running(guards):
    """A rollout at its first step, 25 % of the accounts, of which the step before is proven."""
    wish = Wish(shares_bps=(2_500, 5_000, 10_000), soak=timedelta(days=1), sample=5, dry=("drift",))
    made = start(prepare(flag=CREDITS, wish=wish), actor="ada", reason="they are ready")
    assert (made.state, made.position) == ("running", 0)
    return made


def url(action):
    return reverse(f"dashboards:rollout-{action}", args=[CREDITS])


def steps_in(response):
    page = BeautifulSoup(response.content, "html.parser")
    return [each.get_text(" ", strip=True) for each in page.select(".steps > li")]


def share():
    return Flag.objects.get(name=CREDITS).share_bps


def refuse_for_approval(**_):
    raise ApprovalNeeded("It needs another person.", number=1)


def prove_the_first_step():
    RolloutStep.objects.filter(position=0).update(proven_at=timezone.now(), soaked_seconds=86_400)


class TestLabels:
    def test_exist_for_every_state_hold_and_reading(self):
        assert set(labels.STATES) == {state.value for state in Rollout.State}
        assert set(labels.HOLDS) == set(Hold)
        assert set(labels.READINGS) == set(Reading)

    def test_of_what_a_rollout_is_can_be_told_apart_without_colours(self):
        every = list({id(each): each for each in (*labels.STATES.values(), *labels.HOLDS.values())}.values())
        assert len({each.word for each in every}) == len({each.mark for each in every}) == len(every)


class TestList:
    def test_says_that_there_was_none(self, operator, demo):
        text = words(operator.get(LIST))
        assert "No rollout was ever started." in text
        assert f"{CREDITS}…" in text

    def test_shows_what_is_under_way_first(self, operator, running):
        abort(flag=CREDITS, actor="ada")
        change_flag(name=CREDITS, change=FlagChange(everyone=None, share_bps=0), actor="ada")
        start(prepare(flag=CREDITS, wish=Wish(dry=("drift",))), actor="zoe")
        rows = BeautifulSoup(operator.get(LIST).content, "html.parser").select("tbody tr")
        shown = [[cell.get_text(" ", strip=True) for cell in row.select("td")][1] for row in rows]
        assert shown == ["▶ running", "✗ aborted"]

    def test_asks_as_many_queries_however_many_have_ended(self, queries_of, running):
        few = queries_of(LIST)
        ended = {"state": "finished", "epoch": 1, "started_by": "ada", "started_at": timezone.now()}
        for _ in range(20):
            Rollout.objects.create(flag="gone", ended_at=timezone.now(), **ended)
        assert queries_of(LIST) == few

    def test_offers_to_start_what_is_not_under_way(self, operator, running):
        links = [link["href"] for link in BeautifulSoup(operator.get(LIST).content, "html.parser").select("a.act")]
        assert (url("start") in links, reverse("dashboards:rollout-start", args=["model-selection"]) in links) == (
            False,
            True,
        )

    def test_offers_a_viewer_nothing_to_start(self, client, demo):
        client.force_login(person("vera", VIEWER))
        assert "Start one" not in words(client.get(LIST))


class TestPage:
    def test_of_a_flag_that_was_never_rolled_out_offers_to(self, operator, demo):
        text = words(operator.get(PAGE))
        assert f"{CREDITS} was never rolled out" in text
        assert "Start one…" in text
        assert f"harness rollout {CREDITS} start" in text

    def test_of_no_flag_finds_nothing(self, operator, demo):
        assert operator.get(reverse("dashboards:rollout", args=["typo"])).status_code == 404

    def test_says_in_a_word_and_a_sentence_what_it_does(self, operator, running):
        Rollout.objects.update(held="soaking", sentence="It was watched for 3 h of 1 d so far.")
        text = words(operator.get(PAGE))
        assert f"{CREDITS}: 25 %, … soaking It was watched for 3 h of 1 d so far." in text
        assert "Next: 50 % of the accounts, not before " in text

    def test_shows_who_is_in_each_step_and_what_the_step_of_now_has(self, operator, running):
        first, second, last = steps_in(operator.get(PAGE))
        assert first.startswith("25 % ▶ now")
        assert "Soaked 0 s of 1 d · 0 of 5 comparisons" in first
        assert second.startswith("50 % ○ to come")
        assert "Soak 1 d · 5 comparisons needed" in second
        assert "12 of 12 accounts; " in last
        assert " and 1 more" in last or "with it: " in last

    def test_shows_each_guard_and_whether_it_decides(self, operator, running):
        text = words(operator.get(PAGE))
        assert "drift ✓ holds no, it is dry: only measured It says holds." in text
        assert "errors ✓ holds yes It says holds." in text

    def test_tells_what_happened_with_its_holds(self, operator, running):
        Notice.objects.create(
            key="0" * 32, kind="rollout_changed", subject=CREDITS, sentence="hooks.example does not allow it.",
            details={"rollout": running.pk, "change": "holds"}, at=timezone.now(),
        )  # fmt: skip
        text = words(operator.get(PAGE))
        assert "– holds – hooks.example does not allow it." in text
        assert "ada start rollout" in text
        assert f"ada@rollout-{running.pk} roll out share 0 % → 25 %" in text

    def test_tells_nothing_that_happened_before_or_after_it(self, operator, running):
        abort(flag=CREDITS, actor="ada", reason="odd")
        change_flag(name=CREDITS, change=FlagChange(compared_bps=5_000), actor="later")
        text = words(operator.get(PAGE))
        assert "odd" in text
        assert "later" not in text

    def test_shows_who_obeyed_the_rollback_that_ended_it(self, operator, running):
        proven = abort(flag=CREDITS, actor="ada", reason="odd")
        text = words(operator.get(PAGE))
        assert "✗ aborted" in text
        assert f"Epoch {proven.proof.epoch}, in " in text
        assert "Start another…" in text

    def test_says_where_the_proof_is_missing(self, operator, running):
        ended = {"state": "rolled_back", "ended_at": timezone.now(), "proof": {"missing": "web 7 does not obey."}}
        Rollout.objects.update(**ended)
        assert "✗ web 7 does not obey." in words(operator.get(PAGE))

    def test_shows_the_loss_budget_and_why_the_next_step_has_its_size(self, operator, running):
        Rollout.objects.update(loss_credits=10_000)
        text = words(operator.get(PAGE))
        assert "Budget 10,000 credits Spent so far 0 credits paid too much, healed or not Next step none" in text
        assert "Why No step: Nothing that counts was compared in this window" in text

    def test_says_that_it_has_no_budget(self, operator, running):
        assert "It has none: no step is made smaller" in words(operator.get(PAGE))

    def test_offers_a_viewer_nothing_to_do(self, client, running):
        client.force_login(person("vera", VIEWER))
        text = words(client.get(PAGE))
        assert "▶ now" in text
        assert [word for word in ("Abort", "Pause", "as commands", "Return to it") if word in text] == []

    def test_shows_what_people_write_as_text(self, operator, running):
        pause(flag=CREDITS, actor="ada", reason=HOSTILE)
        assert HOSTILE not in operator.get(PAGE).content.decode()

    def test_has_a_main_landmark(self, operator, running):
        assert len(BeautifulSoup(operator.get(PAGE).content, "html.parser").select("main")) == 1

    def test_asks_as_many_queries_whatever_happened(self, queries_of, running):
        few = queries_of(PAGE)
        for number in range(20):
            change_flag(name=CREDITS, change=FlagChange(compared_bps=5_000 + number), actor="ada")
            Notice.objects.create(
                key=f"{number:032x}", kind="rollout_changed", subject=CREDITS, sentence="It holds.",
                details={"rollout": running.pk, "change": "holds"}, at=timezone.now(),
            )  # fmt: skip
        assert queries_of(PAGE) == few


class TestStarting:
    def test_begins_with_what_the_plan_says(self, operator, guards):
        page = BeautifulSoup(operator.get(url("start")).content, "html.parser")
        entered = {name: page.select_one(f"[name={name}]")["value"] for name in ("steps", "soak", "sample")}
        assert entered == {"steps": "1, 5, 25, 50, 100", "soak": "1d", "sample": "200"}

    def test_says_who_would_be_in_each_step_before_it_starts(self, operator, guards):
        text = words(operator.get(url("start"), WISH | {"dry": ["drift"], "approve_before": "100"}))
        assert "each step watched for 12 h and on 7 comparisons." in text
        assert "Step 3: 100 % 12 of 12 accounts; " in text
        assert "; another person approves first" in text
        assert "Guards errors Only measured drift Loss budget none" in text
        assert not Rollout.objects.exists()

    def test_takes_the_first_step(self, operator, guards):
        address, fields = form_in(operator.get(url("start"), WISH | {"loss_usd": "12.50"}))
        response = operator.post(address, fields | {"reason": "they are ready"}, follow=True)
        (made,) = Rollout.objects.all()
        assert (made.started_by, made.reason, str(made.loss_usd)) == ("operator", "they are ready", "12.500000")
        assert [step.share_bps for step in made.steps.all()] == [500, 2_550, 10_000]
        assert f"The rollout of {CREDITS} is started." in words(response)

    def test_keeps_what_was_chosen_through_the_confirmation(self, operator, guards):
        asked = WISH | {"dry": ["drift"], "approve_before": "100"}
        address, fields = form_in(operator.get(url("start"), asked))
        operator.post(address, fields)
        (made,) = Rollout.objects.all()
        assert (made.dry, [step.by_two for step in made.steps.all()]) == (["drift"], [False, False, True])

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"steps": "5, 1"}, "Each step has to be larger than the one before"),
            ({"steps": "x"}, "is no share"),
            ({"steps": ""}, "Say which steps."),
            ({"soak": "soon"}, "is no time"),
            ({"sample": "-1"}, "greater than or equal to 0"),
            ({"dry": ["errors", "drift"]}, "No guard would decide"),
            ({"dry": ["typo"]}, "typo is no guard of this flag."),
            ({"approve_before": "7"}, "is none of the steps"),
            ({"loss_usd": "-1"}, "greater than or equal to 0"),
        ],
        ids=lambda each: "-".join(map(str, each)) if isinstance(each, dict) else "",
    )
    def test_says_what_is_wrong_beside_what_was_entered(self, operator, guards, wrong, told):
        asked = WISH | wrong
        response = operator.get(url("start"), asked)
        page = BeautifulSoup(response.content, "html.parser")
        assert (response.status_code, told in words(response)) == (400, True)
        assert page.select_one("[name=steps]")["type"] == "text"
        assert operator.post(url("start"), asked).status_code == 400
        assert not Rollout.objects.exists()

    def test_is_refused_where_the_flag_is_not_what_was_looked_at(self, operator, guards):
        address, fields = form_in(operator.get(url("start"), WISH))
        change_flag(name=CREDITS, change=FlagChange(compared_bps=5_000), actor="alice")
        response = operator.post(address, fields)
        assert (response.status_code, Rollout.objects.exists()) == (409, False)

    def test_is_refused_while_one_is_under_way(self, operator, running):
        response = operator.get(url("start"))
        assert (response.status_code, "is under way" in words(response)) == (409, True)


class TestMoving:
    def test_pauses_and_goes_on(self, operator, running):
        confirm(operator, url("pause"), reason="support is short of people")
        assert Rollout.objects.get().state == "paused"
        text = words(confirm(operator, url("resume")))
        assert (Rollout.objects.get().state, "operator has resumed it." in text) == ("running", True)

    def test_says_first_what_an_end_does(self, operator, running):
        text = words(operator.get(url("abort")))
        assert "everyone on the control, at once?" in text
        assert "The rollout ends; another one begins with step 1" in text
        assert share() == 2_500

    def test_ends_with_a_rollback(self, operator, running):
        text = words(confirm(operator, url("abort"), reason="odd"))
        assert (Rollout.objects.get().state, Flag.objects.get(name=CREDITS).everyone) == ("aborted", False)
        assert "operator has aborted it: odd." in text

    def test_returns_to_a_step_that_was_proven(self, operator, running):
        prove_the_first_step()
        Rollout.objects.update(position=1)
        change = FlagChange(share_bps=5_000)
        Rollout.objects.update(epoch=change_flag(name=CREDITS, change=change, actor="ada").epoch)
        RolloutStep.objects.filter(position=1).update(taken_bps=5_000, began_at=timezone.now())
        page = BeautifulSoup(operator.get(PAGE).content, "html.parser")
        (link,) = (each["href"] for each in page.select(".steps a.act"))
        confirm(operator, link, reason="slower")
        assert (share(), Rollout.objects.get().state) == (2_500, "paused")

    def test_is_not_passed_alone_where_a_return_needs_a_second_person(self, operator, running, monkeypatch):
        monkeypatch.setattr(running_rollouts, "back_to", refuse_for_approval)
        response = operator.post(url("back-to"), {"step": "25"})
        assert (response.status_code, "Pass alone" in words(response)) == (409, False)

    def test_returns_to_no_step_that_was_not_proven(self, operator, running):
        response = operator.post(url("back-to"), {"step": "50"})
        assert (response.status_code, "Those are: none yet" in words(response)) == (400, True)

    def test_does_not_go_on_where_somebody_has_moved_it_since(self, operator, running):
        pause(flag=CREDITS, actor="ada")
        address, fields = form_in(operator.get(url("resume")))
        Rollout.objects.update(state="running")
        assert operator.post(address, fields).status_code == 409

    @pytest.mark.parametrize("move", ["pause", "resume", "abort", "back-to"])
    def test_finds_nothing_where_none_is_under_way(self, operator, demo, move):
        response = operator.post(url(move), {"step": "5"})
        assert (response.status_code, f"No rollout of {CREDITS} is under way" in words(response)) == (404, True)
