"""No combination of flags shows a customer another price, or another model, than the one that is charged."""

from contextlib import nullcontext
from functools import partial
from itertools import combinations, cycle, product
from pathlib import Path

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from igny8_core.ai import choices
from igny8_core.api.throttles import AccountThrottle
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.migration_plan import PLAN
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import Content
from migration_harness.control import flips
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding import source
from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, Stage
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.testing import fixed_flags, flag_state

from .prices import API, CHOICES, CREDITS, ENDPOINT, FLAGS, SELECTION, charged, estimated_wrong, of_api, on_page, wrong

pytestmark = pytest.mark.legacy

STAGES = (*BASELINES, *COHORT_STAGES)


def in_share(account_id, *, name):
    """Return the smallest share that has the account, by the salt of this flag: each flag has its own."""
    return bucket_of(account_id, salt=name) + 1


STATES = {
    "off": lambda *_: {"baseline": Stage.OFF},
    "dualwrite": lambda *_: {"baseline": Stage.DUALWRITE},
    "shadow": lambda *_: {"baseline": Stage.SHADOW},
    "live": lambda *_: {"everyone": True},
    "rampdown": lambda *_: {"everyone": True, "stage": Stage.RAMPDOWN},
    "complete": lambda *_: {"everyone": True, "stage": Stage.COMPLETE},
    "rolled back": lambda i, _: {"everyone": False, "stage": Stage.COMPLETE, "included": {i}, "share_bps": 10_000},
    "excluded": lambda i, _: {"everyone": True, "excluded": {i}},
    "included": lambda i, _: {"included": {i}, "baseline": Stage.SHADOW},
    "in the share": lambda i, name: {"share_bps": in_share(i, name=name), "baseline": Stage.SHADOW},
    "out of the share": lambda i, name: {"share_bps": in_share(i, name=name) - 1, "baseline": Stage.SHADOW},
}
"""What a flag may say of an account."""
NAMED = ("live", *(name for name in STATES if name not in STAGES))
"""The first of the stages, and what says of the account alone that it is on the candidate or not."""


def flags_in(states, account, *, requires=True):
    """Return the flags of the plan, each in one of STATES for the account; one that is not named is off."""
    account_id = str(account.pk)
    return [
        flag_state(
            planned.name,
            salt=planned.name,
            requires=planned.requires if requires else (),
            **STATES[states.get(planned.name, "off")](account_id, planned.name),
        )
        for planned in PLAN.flags
    ]


@pytest.fixture
def account(demo):
    return Account.objects.select_related("plan").get(name="Blue Harbour")


@pytest.fixture
def customer(account, monkeypatch):
    # Some hundred questions in a few seconds.
    monkeypatch.setattr(AccountThrottle, "allow_request", lambda *_: True)
    client = APIClient()
    client.force_login(User.objects.create_user("customer", account=account))
    return client


@pytest.fixture
def models(demo):
    """Return a text model and an image model, others each time: over some states all of them are charged."""
    found = AIModelConfig.objects.order_by("pk").values_list("model_type", "model_name")
    kinds = ([model for model in found if model[0] == kind] for kind in ("text", "image"))
    pairs = cycle(zip(*kinds, strict=True))
    return lambda: next(pairs)


@pytest.fixture
def site(account):
    """A site with articles: prompts and images of them are to come."""
    site = account.sites.get()
    Keyword.objects.filter(site=site).delete()
    for title in ("Oak table", "Round oak table"):
        Content.objects.create(account=account, site=site, title=title, html="<p>Oak.</p>")
    return site


@pytest.fixture
def everyone(demo):
    """Everybody is on the candidate of every flag."""
    for name in FLAGS[1::-1] + FLAGS[2:]:
        change_flag(name=name, change=FlagChange(everyone=True), actor="bob")


class TestShownPrice:
    """By the API of the choices and by the page, which reads them where its flag is on."""

    @pytest.mark.parametrize("stage", STAGES)
    def test_is_the_one_that_is_charged_at_every_stage(self, account, customer, models, stage):
        """Of the flags that charge and show it; what they require is behind, at their stage, or ahead."""
        found = {}
        for choices_stage, *needed in product(STAGES, *[(Stage.SHADOW, Stage.LIVE, Stage.COMPLETE)] * 2):
            states = dict(zip((CREDITS, CHOICES, SELECTION, ENDPOINT), (stage, choices_stage, *needed), strict=True))
            with fixed_flags(*flags_in(states, account)):
                found[tuple(states.values())] = wrong(account, customer, models())
        assert {states: told for states, told in found.items() if told} == {}

    @pytest.mark.parametrize("pair", list(combinations(FLAGS, 2)), ids=" and ".join)
    def test_is_the_one_that_is_charged_whatever_two_flags_say_of_the_account(self, account, customer, models, pair):
        found = {}
        for each in product(NAMED, repeat=2):
            states = dict.fromkeys(FLAGS, "live") | dict(zip(pair, each, strict=True))
            with fixed_flags(*flags_in(states, account)):
                found[each] = wrong(account, customer, models())
        assert {states: told for states, told in found.items() if told} == {}

    @pytest.mark.parametrize("off", ["rolled back", "excluded", "out of the share"])
    def test_would_be_another_one_if_the_flags_did_not_require_each_other(self, account, customer, models, off):
        states = dict.fromkeys(FLAGS, "live") | {CREDITS: off}
        with fixed_flags(*flags_in(states, account, requires=False)):
            assert wrong(account, customer, models()) == ["the page has choices without prices"]

    def test_is_none_where_the_page_has_its_own_choices(self):
        written = Path(settings.BASE_DIR, "frontend/src/legacy/modelChoices.ts").read_text()
        assert "credit" not in written

    @pytest.mark.parametrize("stage", STAGES)
    def test_comes_with_the_model_that_is_asked(self, account, customer, stage):
        """Where a customer chooses none, for the settings and for the API of the choices."""
        site = account.sites.get()
        for selection in STAGES:
            with fixed_flags(*flags_in({ENDPOINT: "live", CREDITS: stage, SELECTION: selection}, account)):
                asked = {
                    "text": choices.text_model_for(account=account, site=site),
                    "image": choices.image_model_for(account=account, site=site),
                }
                standard = customer.get(f"{API}system/settings/?site={site.pk}").json()["data"]["standard"]
                assert {kind: standard[f"{kind}_model"] for kind in asked} == asked, selection
                answer = customer.get(f"{API}system/ai-models/")
                rows = answer.json()["data"]
                offered = {kind: {row["model_name"] for row in rows[kind]} for kind in asked}
                defaults = {(kind, row["model_name"]) for kind in asked for row in rows[kind] if row["is_default"]}
                assert defaults == {(kind, model) for kind, model in asked.items() if model in offered[kind]}, selection


class TestEstimate:
    @pytest.mark.parametrize("selection", ["live", "shadow", "rolled back"])
    def test_is_what_the_operations_are_charged(self, account, site, selection):
        found = {}
        for state in STATES:
            with fixed_flags(*flags_in({CREDITS: state, SELECTION: selection}, account)):
                found[state] = estimated_wrong(account, site)
        assert {states: told for states, told in found.items() if told} == {}


@pytest.mark.usefixtures("everyone")
class TestWayBackAndForward:
    """What a customer is shown after each change of a flag, those in the middle of a command among them."""

    ROLLBACKS = (
        *(["rollback", name] for name in FLAGS),
        ["rollback", CREDITS, "--only"],
        ["rollback", CREDITS, "--to", "off"],
        ["rollback", "--phase", "4"],
        ["rollback", "--all"],
    )

    @pytest.mark.parametrize("rollback", ROLLBACKS, ids=" ".join)
    def test_is_charged_at_each_step(self, account, customer, models, site, harness, monkeypatch, rollback):
        before, found = load_snapshot(), []
        original = flips.change_flag

        def flip(**how):
            made = original(**how)
            found.append([*wrong(account, customer, models()), *estimated_wrong(account, site)])
            return made

        monkeypatch.setattr(flips, "change_flag", flip)
        assert found == []
        out = harness(*rollback)[1]
        assert len(found) == out.count("(epoch ")
        for line in [line for line in out.splitlines() if " harness flag " in line]:
            assert harness(*line.partition(" harness ")[2].split())[0] == 0
        assert found
        assert [told for told in found if told] == []
        after = load_snapshot()
        assert [after.in_cohort(name, "1") for name in FLAGS] == [before.in_cohort(name, "1") for name in FLAGS]


class Fenced:
    """A process whose lease ran out."""

    def newest(self):
        return load_snapshot().fenced()

    def stop(self):
        pass


class Unloaded(Fenced):
    """A process that has not seen the flags yet."""

    def newest(self):
        return None


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize("decides", [Fenced, Unloaded])
class TestWithoutALease:
    """The database decides what is charged, so nothing else may say a price."""

    @pytest.fixture(autouse=True)
    def _without(self, decides, monkeypatch):
        monkeypatch.setattr(source, "_source", decides())

    def test_a_page_names_no_price(self, account, customer):
        assert (of_api(customer), on_page(customer, {})) == ({}, None)

    @pytest.mark.parametrize("work", [nullcontext, partial(unit_of_work, execution_path=ExecutionPath.MANUAL)])
    def test_an_estimate_is_what_is_charged_by_the_flags(self, account, site, work):
        with work():
            # What a task decides first is what it may keep.
            choices.text_model_for(account=account, site=site)
            assert estimated_wrong(account, site) == []
            assert charged(account, "image", "runware:97@1") == 1
