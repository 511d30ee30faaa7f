"""The console, as operators see it in a browser."""

import re
import shlex
from decimal import Decimal
from html import escape

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from dashboards import labels
from dashboards.commands import flag_commands, review_commands
from dashboards.numbers import Sums, number
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.comparator import Verdict
from migration_harness.models import AuditEvent, ComparisonSample, DiscrepancyReview, Flag
from migration_harness.operations import FlagChange, change_flag, review_discrepancy, roll_back
from migration_harness.stages import Stage

OVERVIEW = "/migration/"
CREDITS = "model-based-credits"
KEYS = "integration-provider-keys"
HOSTILE = "<script>alert('owned')</script> & Sons"


def words(response):
    """Return the text of a page with single spaces, as a person reads it."""
    content = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(strip_tags(content).split())


def page_of(signature):
    return reverse("dashboards:discrepancy", args=[signature])


@pytest.fixture
def operator(client, db):
    """A browser in which an operator is signed in."""
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def customer(client, account):
    client.force_login(User.objects.create_user("customer", password="x", account=account))
    return client


@pytest.fixture
def charge(demo):
    """Charge an operation as the application does; without arguments one that the legacy tariff prices higher."""
    counter = iter(range(1_000))

    def charge(account=None, *, operation="clustering", model="gpt-5.1", tokens=3_000):
        CreditService.deduct_credits_for_operation(
            account=account or Account.objects.order_by("pk").first(),
            operation_type=operation,
            model=model,
            usage=Usage(tokens_input=tokens - 100, tokens_output=100),
            operation_id=f"test:{next(counter)}",
        )

    return charge


@pytest.fixture
def wrong_price(demo):
    """Somebody changed the price of a model, against the signed price list."""
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)


@pytest.fixture
def mismatch(charge, wrong_price):
    """One discrepancy that nobody has looked at: 20 credits by the tariff, 5 charged, 3 signed."""
    charge()
    (found,) = queries.discrepancies()
    return found


def record_discrepancies(numbers, accounts):
    """Write discrepancies straight into the log, each of another kind of call."""
    now = timezone.now()
    for index in numbers:
        signature, account = f"{index:012x}", accounts[index % len(accounts)]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
                "execution_path, group_by, verdict, signature, control_measure, candidate_measure, control_ns, "
                "candidate_ns, operation_id, request_id, run) VALUES "
                "(%s, 'credits.text', 1, 'shadow', %s, '1', 'direct', %s, 'mismatch', %s, 10, 3, 1, 1, %s, '', '')",
                [now, str(account.pk), [f"operation-{index}"], signature, f"op-{index}"],
            )
        ComparisonSample.objects.create(
            signature=signature, seam="credits.text", verdict="mismatch", group=[f"operation-{index}"],
            account_id=str(account.pk), operation_id=f"op-{index}", at=now,
            payload={
                "differences": [{"path": "credits", "kind": "value", "control": 10, "candidate": 3}],
                "call": {"model": "gpt-5.1"},
            },
        )  # fmt: skip


@pytest.fixture
def queries_of(operator):
    """Count the queries of a page; once before, so that nothing is counted that is remembered."""

    def count(url):
        operator.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert operator.get(url).status_code == 200
        return len(captured)

    return count


class TestAccess:
    PAGES = pytest.mark.parametrize(
        "url", [OVERVIEW, "/migration/discrepancies/0123456789ab/"], ids=["overview", "page"]
    )

    @PAGES
    def test_of_an_anonymous_visitor_leads_to_the_login(self, client, db, url):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={url}")

    @PAGES
    def test_of_a_customer_is_refused(self, customer, url):
        assert customer.get(url).status_code == 403

    def test_of_staff_without_any_permission_is_granted(self, client, demo):
        client.force_login(User.objects.create_user("reader", password="x", is_staff=True))
        assert client.get(OVERVIEW).status_code == 200

    def test_by_any_method_that_writes_is_refused(self, operator, demo):
        assert operator.post(OVERVIEW).status_code == 405

    def test_leaves_nothing_in_a_cache(self, operator, demo):
        assert "no-store" in operator.get(OVERVIEW)["Cache-Control"]


class TestEmptyOverview:
    def test_says_that_nothing_has_been_compared(self, operator, demo):
        assert "Nothing needs a review: nothing has been compared yet" in words(operator.get(OVERVIEW))

    def test_shows_every_phase_with_risk_and_way_back(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        assert "3 Keys from IntegrationProvider ▶ active medium: API-key loading revert key loading" in text
        assert "7 Legacy code removed ○ pending high if bugs are found restore from backup" in text

    def test_shows_a_service_without_flags(self, operator):
        assert "There are no flags yet" in words(operator.get(OVERVIEW))


class TestOverview:
    def test_names_what_needs_a_person(self, operator, mismatch):
        assert "! 1 discrepancy needs a review" in words(operator.get(OVERVIEW))

    def test_counts_more_than_one(self, operator, charge, wrong_price):
        charge()
        charge(operation="idea_generation")
        assert "! 2 discrepancies need a review" in words(operator.get(OVERVIEW))

    def test_is_calm_when_every_difference_is_explained(self, operator, charge):
        charge()
        text = words(operator.get(OVERVIEW))
        assert "✓ Nothing needs a review" in text
        assert "1 explained, acknowledged or fixed" in text

    def test_is_calm_once_somebody_is_on_it(self, operator, mismatch):
        review_discrepancy(
            signature=mismatch.signature, state=DiscrepancyReview.State.ACKNOWLEDGED, actor="ada", reason="seen"
        )
        assert "✓ Nothing needs a review" in words(operator.get(OVERVIEW))

    def test_folds_away_what_needs_nobody(self, operator, charge):
        charge()
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        charge()
        shown, folded = operator.get(OVERVIEW).content.decode().split("<details>")
        opened, explained = queries.discrepancies()
        assert (opened.state, explained.state) == ("open", "explained")
        assert [d.state for d in (opened, explained) if page_of(d.signature) in shown] == ["open"]
        assert [d.state for d in (opened, explained) if page_of(d.signature) in folded] == ["explained"]

    def test_shows_the_numbers_of_the_status_contract(self, operator, charge, account):
        for tokens in (3_000, 5_000, 150):
            charge(tokens=tokens)
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        change_flag(name=CREDITS, change=FlagChange(share_bps=250), actor="ada")
        found, text = queries.status(), words(operator.get(OVERVIEW))
        for name, seam in found["seams"].items():
            verdicts = " ".join(f"{seam['verdicts'][verdict]:,}" for verdict in labels.VERDICTS)
            assert f"{name} {seam['flag']} {seam['comparisons']:,} {verdicts}" in text
        sums = found["seams"]["credits.text"]["measures"]
        assert f"{number(Decimal(sums['control']))} → {number(Decimal(sums['candidate']))} credits" in text
        for name, flag in found["flags"].items():
            card = text[text.index(f"{name} ") :]
            assert f"{flag['stage']} ·" in card
            assert f"Everybody else {flag['baseline']}" in card
            assert f"Epoch {flag['epoch']}" in card

    def test_shows_sums_and_change_of_a_seam(self, operator, charge):
        charge(tokens=150_000)
        assert "1,000 → 150 credits −85.0 %" in words(operator.get(OVERVIEW))

    def test_counts_the_accounts_on_the_candidate(self, operator, account):
        change_flag(
            name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada", reason="pilot"
        )
        text = words(operator.get(OVERVIEW))
        assert f"1 of 12 accounts are on the candidate: {account.name}." in text
        assert f"by ada: change flag, {account.name} inherit → on — “pilot”" in text

    def test_says_when_a_flag_is_rolled_back_and_how_to_return(self, operator, demo):
        roll_back(name=CREDITS, actor="ada", reason="wrong price")
        text = words(operator.get(OVERVIEW))
        assert f"{CREDITS} is rolled back." in text
        assert "↩ rolled back" in text
        assert f"python manage.py harness flag {CREDITS} --everyone unset" in text
        assert f"harness rollback {CREDITS}" not in text

    def test_shows_the_commands_of_a_flag(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        for command in (
            f"harness rollback {CREDITS}",
            f"harness flag {CREDITS} --account 'NAME OR ID' --on --reason '…'",
            f"harness flag {CREDITS} --share 1 --reason '…'",
        ):
            assert escape(f"python manage.py {command}", quote=True) in text

    def test_raises_the_share_by_one_step(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(share_bps=500), actor="ada")
        assert f"harness flag {CREDITS} --share 25 " in words(operator.get(OVERVIEW))

    def test_offers_to_compare_where_nothing_is_compared(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(baseline=Stage.OFF), actor="ada")
        assert f"harness flag {CREDITS} --baseline shadow" in words(operator.get(OVERVIEW))

    def test_shows_the_last_ten_changes(self, operator, demo):
        for share in range(1, 13):
            change_flag(name=CREDITS, change=FlagChange(share_bps=share), actor="ada", reason=f"step {share}.")
        text = words(operator.get(OVERVIEW))
        assert [step for step in range(1, 13) if f" step {step}." in text] == list(range(3, 13))

    def test_tells_of_calls_that_only_one_side_could_price(self, operator, charge):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        charge()
        # The new price is not 0 credits: there is none.
        assert "20 → – credits 1 of them on one side only" in words(operator.get(OVERVIEW))

    def test_shows_a_hundred_rows_and_says_how_many_more_there_are(self, operator, demo, account):
        record_discrepancies(range(103), [account])
        text = words(operator.get(OVERVIEW))
        assert "! 103 discrepancies need a review" in text
        assert text.count("≠ mismatch") == 100
        assert "3 more are not shown here" in text

    def test_says_the_time_zone_once(self, operator, mismatch):
        assert words(operator.get(OVERVIEW)).count("UTC") == 1

    def test_needs_no_other_server(self, operator, mismatch):
        html = operator.get(OVERVIEW).content.decode()
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", html) == []


class TestDiscrepancyPage:
    def test_shows_both_values_the_expected_one_and_the_call(self, operator, mismatch, account):
        text = words(operator.get(page_of(mismatch.signature)))
        assert "credits another value 20 ≠ 5 3" in text
        assert "model gpt-5.1 operation clustering usage.tokens_input 2,900 usage.tokens_output 100" in text
        assert "In 1 of them the candidate is not what is expected." in text

    def test_shows_what_it_sums_to(self, operator, charge, wrong_price):
        for _ in range(60):
            charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert (
            "−900 credits −75.0 %, new against legacy Legacy 1,200 credits New 300 credits Calls 60 Accounts 1" in text
        )

    def test_names_the_accounts(self, operator, charge, wrong_price):
        first, second = Account.objects.order_by("pk")[:2]
        charge(first)
        charge(second)
        charge(second)
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert f"{second.name} {second.pk} 2 40 10 −30 −75.0 % {first.name} {first.pk} 1 20 5 −15 −75.0 %" in text

    def test_gives_reason_and_owner_of_an_explanation(self, operator, charge):
        charge()
        (found,) = queries.discrepancies()
        rule = queries.seam_named("credits.text").criteria.explanations[0]
        text = words(operator.get(page_of(found.signature)))
        assert f"Explanation {rule.name} Reason {rule.reason} Owner {rule.owner} Explains until {rule.expires}" in text
        assert "harness discrepancies" not in text

    def test_shows_who_reviewed_it(self, operator, mismatch):
        review_discrepancy(
            signature=mismatch.signature, state=DiscrepancyReview.State.ACKNOWLEDGED, actor="ada", reason="on it"
        )
        text = words(operator.get(page_of(mismatch.signature)))
        assert "… acknowledged Somebody is on it." in text
        assert "acknowledged by ada, " in text
        assert f"harness discrepancies reopen {mismatch.signature}" in text

    def test_shows_the_commands_of_a_review(self, operator, mismatch):
        text = words(operator.get(page_of(mismatch.signature)))
        for verb in ("acknowledge", "fixed"):
            command = f"python manage.py harness discrepancies {verb} {mismatch.signature} --reason '…'"
            assert escape(command, quote=True) in text

    def test_shows_the_controls_own_value_where_both_sides_are_wrong(self, operator, charge):
        # One credit for 150 tokens makes the candidate agree with the tariff, against the price list.
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=150)
        charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert "Both sides answer the same, and it is not what is expected." in text
        assert "the same, not as expected 20 ≠ 20 3" in text

    def test_names_the_error_that_the_candidate_raised(self, operator, charge):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        charge()
        (found,) = queries.discrepancies()
        text = words(operator.get(page_of(found.signature)))
        assert re.search(r"The candidate raised \w+; the control raised nothing\.", text)

    def test_of_an_unknown_signature_is_not_found(self, operator, demo):
        response = operator.get(page_of("nosuch"))
        assert response.status_code == 404
        assert "There is no discrepancy" in words(response)


class TestCommands:
    """What can be copied from a page is understood by the harness."""

    @staticmethod
    def run(command):
        python, manage, *arguments = shlex.split(command.line)
        assert (python, manage) == ("python", "manage.py")
        name = str(Account.objects.order_by("pk").first().pk)
        call_command(*[name if argument == "NAME OR ID" else argument for argument in arguments])

    @pytest.mark.parametrize(
        "change",
        [
            FlagChange(),
            FlagChange(baseline=Stage.OFF),
            FlagChange(share_bps=500),
            FlagChange(share_bps=10_000),
            FlagChange(everyone=True),
            FlagChange(everyone=False),
        ],
        ids=["new", "off", "five percent", "all", "everyone", "rolled back"],
    )
    def test_of_a_flag_change_it(self, demo, change):
        change_flag(name=CREDITS, change=change, actor="ada")
        for command in flag_commands(queries.flag_status(CREDITS)):
            before = AuditEvent.objects.count()
            self.run(command)
            assert AuditEvent.objects.count() == before + 1, command.line

    @pytest.mark.parametrize("state", ["open", "acknowledged", "fixed"])
    def test_of_a_discrepancy_review_it(self, mismatch, state):
        if state != "open":
            review_discrepancy(
                signature=mismatch.signature, state=DiscrepancyReview.State(state), actor="ada", reason="."
            )
        for command in review_commands(queries.discrepancy(mismatch.signature)):
            self.run(command)
            (event,) = queries.audit_events(limit=1)
            assert (event.subject, event.reason) == (mismatch.signature, "…")


class TestEveryPage:
    def test_shows_a_hostile_name_as_text(self, operator, charge, wrong_price):
        account = Account.objects.order_by("pk").first()
        Account.objects.filter(pk=account.pk).update(name=HOSTILE)
        change_flag(
            name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor=HOSTILE, reason=HOSTILE
        )
        charge(account)
        (found,) = queries.discrepancies()
        flag, event = Flag.objects.get(name=CREDITS), AuditEvent.objects.latest("id")
        for url in (
            OVERVIEW,
            page_of(found.signature),
            reverse("admin:migration_harness_flag_change", args=[flag.pk]),
            reverse("admin:migration_harness_auditevent_change", args=[event.pk]),
        ):
            html = operator.get(url).content.decode()
            assert HOSTILE not in html, url
            assert escape(HOSTILE) in html, url

    def test_shows_no_key(self, operator, charge, wrong_price, account):
        charge()
        # The control has another key than the candidate: a difference in a secret.
        from igny8_core.business.billing.models import IntegrationProvider

        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = DEMO_KEYS["runware"]
        provider.save()
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        found = queries.discrepancies()
        assert {d.seam for d in found} == {"credits.text", "keys.provider_key"}
        for url in (OVERVIEW, *(page_of(d.signature) for d in found)):
            html = operator.get(url).content.decode()
            assert [key for key in DEMO_KEYS.values() if key in html] == []

    def test_shows_fingerprints_in_place_of_keys(self, operator, account):
        from igny8_core.business.billing.models import IntegrationProvider

        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = DEMO_KEYS["runware"]
        provider.save()
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        (found,) = queries.discrepancies()
        assert len(set(re.findall(r"sha:[0-9a-f]+", words(operator.get(page_of(found.signature)))))) == 2


class TestQueries:
    def test_of_the_overview_do_not_grow_with_discrepancies(self, queries_of, demo):
        accounts = list(Account.objects.order_by("pk"))
        record_discrepancies(range(3), accounts[:1])
        few = queries_of(OVERVIEW)
        record_discrepancies(range(3, 30), accounts)
        assert queries_of(OVERVIEW) == few

    def test_of_the_overview_do_not_grow_with_flags_and_members(self, queries_of, demo):
        few = queries_of(OVERVIEW)
        for account in Account.objects.all():
            for name in (CREDITS, KEYS):
                change_flag(name=name, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        assert queries_of(OVERVIEW) - few <= 1  # The names of accounts, asked for at once.

    def test_of_a_discrepancy_do_not_grow_with_calls_and_accounts(self, queries_of, charge, wrong_price):
        charge()
        (found,) = queries.discrepancies()
        few = queries_of(page_of(found.signature))
        for account in Account.objects.all():
            charge(account)
            charge(account)
        assert queries_of(page_of(found.signature)) == few

    def test_of_the_flags_in_the_admin_do_not_grow_with_members(self, queries_of, demo):
        url = reverse("admin:migration_harness_flag_changelist")
        few = queries_of(url)
        for account in Account.objects.all():
            change_flag(name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        assert queries_of(url) == few


class TestAdmin:
    @pytest.mark.parametrize("model", ["flag", "auditevent"])
    def test_shows_rows_and_changes_none(self, operator, demo, model):
        row = {"flag": Flag, "auditevent": AuditEvent}[model].objects.order_by("pk").first()
        assert operator.get(reverse(f"admin:migration_harness_{model}_changelist")).status_code == 200
        assert operator.get(reverse(f"admin:migration_harness_{model}_change", args=[row.pk])).status_code == 200
        for url in (
            reverse(f"admin:migration_harness_{model}_add"),
            reverse(f"admin:migration_harness_{model}_change", args=[row.pk]),
            reverse(f"admin:migration_harness_{model}_delete", args=[row.pk]),
        ):
            assert operator.post(url, {"name": "x", "post": "yes"}).status_code == 403

    def test_of_a_flag_hides_the_fields_of_waffle(self, operator, demo):
        url = reverse("admin:migration_harness_flag_change", args=[Flag.objects.get(name=CREDITS).pk])
        html = operator.get(url).content.decode()
        hidden = (
            "percent",
            "superusers",
            "staff",
            "authenticated",
            "languages",
            "testing",
            "rollout",
            "groups",
            "users",
        )
        assert [name for name in hidden if f"field-{name}" in html or f'name="{name}"' in html] == []

    @pytest.mark.parametrize("view", ["changelist", "change"])
    def test_of_a_flag_names_the_command(self, operator, demo, view):
        args = [Flag.objects.get(name=CREDITS).pk] if view == "change" else []
        text = words(operator.get(reverse(f"admin:migration_harness_flag_{view}", args=args)))
        assert "python manage.py harness flag NAME" in text

    def test_leads_to_console_flags_and_trail(self, operator, demo):
        html = operator.get("/admin/").content.decode()
        for url in (OVERVIEW, "/admin/migration_harness/flag/", "/admin/migration_harness/auditevent/"):
            assert f'href="{url}"' in html

    def test_has_no_switch_that_slips_past_the_audit(self, operator, demo):
        assert operator.get("/admin/waffle/switch/").status_code == 404


class TestLabels:
    def test_exist_for_every_verdict_and_stage(self):
        assert set(labels.VERDICTS) == {verdict.value for verdict in Verdict}
        assert set(labels.STAGES) == {stage.value for stage in Stage}

    @pytest.mark.parametrize(
        "group", [labels.VERDICTS, labels.REVIEWS, labels.PHASES], ids=["verdicts", "reviews", "phases"]
    )
    def test_can_be_told_apart_without_colours(self, group):
        assert len({label.word for label in group.values()}) == len(group)
        assert len({label.mark for label in group.values()}) == len(group)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "0"),
            (186313, "186,313"),
            (-1500, "−1,500"),
            (Decimal("186313.000000000000"), "186,313"),
            (Decimal("0.000123400000"), "0.0001234"),
            (Decimal("1E+3"), "1,000"),
        ],
    )
    def test_are_exact(self, value, text):
        assert number(value) == text

    @pytest.mark.parametrize(
        ("control", "candidate", "text"),
        [
            (186313, 31820, "−82.9 %"),
            (100, 2600, "+2,500.0 %"),
            (100_000, 100_001, "+0.001 %"),
            (5, 5, "unchanged"),
            (0, 5, "from nothing"),
        ],
    )
    def test_change_by_a_percentage_that_is_never_rounded_away(self, control, candidate, text):
        assert Sums(unit="credits", control=Decimal(control), candidate=Decimal(candidate)).change == text


def test_the_console_brings_its_own_style_sheet(operator, demo):
    assert f"{settings.STATIC_URL}dashboards/console.css" in operator.get(OVERVIEW).content.decode()


class TestRollbackInTheAdmin:
    def test_rolls_the_selected_flags_back_as_this_person(self, operator, demo):
        flag = Flag.objects.get(name="model-based-credits")
        change_flag(name=flag.name, change=FlagChange(share_bps=10_000), actor="tester")
        answer = operator.post(
            "/admin/migration_harness/flag/",
            {"action": "roll_back", "_selected_action": [flag.pk]},
            follow=True,
        )
        event = AuditEvent.objects.order_by("-id").first()
        assert answer.status_code == 200
        assert "12 left it" in answer.text
        assert (event.action, event.subject) == ("roll back", flag.name)
        assert event.actor == User.objects.get(is_superuser=True).username
        assert Flag.objects.get(pk=flag.pk).everyone is False
