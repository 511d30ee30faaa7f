"""The linker over real HTTP, with the sandbox provider at the other end."""

import json

import pytest

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.exceptions import InvalidInput, MalformedAnswer
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.business.linker.models import InternalLink
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.modules.writer.models import Content
from migration_harness.api import current_execution_path

from ..content_parts import API, client_of, content_of, site_of

LINK = "/articles/{}/"


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture(autouse=True)
def provider(server, settings):
    settings.IGNY8_SANDBOX_URL = server.url
    server.forget()
    return server


@pytest.fixture
def site(account):
    return site_of(account)


@pytest.fixture
def source(site):
    return content_of(site, html="<h2>Sourdough</h2><p>Sourdough needs flour &amp; water, and a warm kitchen.</p>")


@pytest.fixture
def flour(site):
    return content_of(site, "All about flour")


@pytest.fixture
def answers(monkeypatch):
    """Let the model answer something of the test's own choosing."""

    def answer(value, *, tokens=3_000):
        text = value if isinstance(value, str) else json.dumps(value)
        usage = Usage(tokens_input=tokens, tokens_output=0)
        monkeypatch.setattr(
            AICore, "complete", lambda **asked: Completion(text=text, model=asked["model"], usage=usage)
        )

    return answer


def link(content, **changes):
    arguments = {"account": content.account, "site": content.site, "content_id": content.pk, "operation_id": "op-1"}
    return LinkerService.link(**(arguments | changes))


def html_of(content):
    return Content.objects.get(pk=content.pk).html


def balance_of(account):
    return Account.objects.get(pk=account.pk).credits


class TestLinking:
    def test_puts_links_charges_for_them_and_keeps_them(self, account, source, flour):
        before = balance_of(account)
        outcome = link(source)
        assert html_of(source) == source.html.replace("flour", f'<a href="{LINK.format(flour.pk)}">flour</a>')
        row = InternalLink.objects.get()
        assert (outcome.created, row.source, row.target, row.anchor) == ((row.pk,), source, flour, "flour")
        charged = CreditTransaction.objects.get(operation_id="op-1")
        assert (-charged.amount, before - balance_of(account)) == (outcome.credits, outcome.credits)
        used = CreditUsageLog.objects.get(transaction=charged)
        assert (used.operation_type, used.related_object_type, used.related_object_id) == (
            "internal_linking", "content", str(source.pk),
        )  # fmt: skip
        assert used.tokens_input > 0

    def test_a_second_time_under_the_same_id_asks_and_charges_nobody(self, account, source, flour, provider):
        first = link(source)
        balance, html, asked = balance_of(account), html_of(source), len(provider.requests)
        again = link(source)
        assert (again.repeated, again.created, again.credits) == (True, (), first.credits)
        assert (balance_of(account), html_of(source), len(provider.requests)) == (balance, html, asked)

    def test_anew_adds_no_second_link(self, source, flour):
        link(source)
        html = html_of(source)
        assert link(source, operation_id="op-2").created == ()
        assert (html_of(source), InternalLink.objects.count()) == (html, 1)

    def test_does_not_put_back_what_a_person_took_out(self, source, flour):
        link(source)
        Content.objects.filter(pk=source.pk).update(html=source.html)
        link(source, operation_id="op-2")
        assert html_of(source) == source.html

    def test_of_a_site_with_one_content_asks_nobody_and_costs_nothing(self, account, source, provider):
        before = balance_of(account)
        outcome = link(source)
        assert (outcome.credits, outcome.created, provider.requests, balance_of(account)) == (0, (), [], before)

    def test_offers_the_sites_own_contents_alone(self, account, source, flour, provider):
        content_of(Site.objects.create(account=account, name="Second blog"), "Flour elsewhere")
        content_of(site_of(Account.objects.exclude(pk=account.pk).first()), "Flour of others")
        link(source)
        (request,) = provider.requests
        sent = json.loads(request.body["messages"][-1]["content"])
        assert sent["candidates"] == [{"id": flour.pk, "title": "All about flour"}]
        assert "Sourdough needs flour & water" in sent["content"]

    def test_skips_and_reports_what_cannot_be_linked(self, account, source, flour, answers):
        others = content_of(site_of(Account.objects.exclude(pk=account.pk).first()))
        answers(
            {
                "links": [
                    {"content_id": others.pk, "anchor": "flour"},
                    {"content_id": flour.pk, "anchor": "but\ud800ter"},
                    {"content_id": flour.pk, "anchor": "warm  kitchen"},
                    {"content_id": "7", "anchor": "water"},
                    "nonsense",
                ]
            }
        )
        outcome = link(source)
        assert [(each.content_id, each.anchor, each.reason) for each in outcome.skipped] == [
            (others.pk, "flour", "this is none of the contents that were to choose from"),
            (flour.pk, "butter", "the text does not have this phrase where it could be linked"),
        ]
        assert [row.anchor for row in InternalLink.objects.all()] == ["warm kitchen"]

    def test_tells_what_was_skipped_over_rest(self, account, source, flour, answers):
        answers({"links": [{"content_id": 10**30, "anchor": "flour\ud800"}]})
        response = client_of(account).post(f"{API}linker/contents/{source.pk}/link/", {}, format="json")
        assert [each["anchor"] for each in response.json()["data"]["skipped"]] == ["flour"]

    def test_charges_the_direct_execution_path_over_rest(self, account, source, flour, monkeypatch):
        seen, real = [], CreditService.deduct_credits_for_operation
        monkeypatch.setattr(
            CreditService,
            "deduct_credits_for_operation",
            lambda **asked: seen.append(str(current_execution_path())) or real(**asked),
        )
        url = f"{API}linker/contents/{source.pk}/link/"
        answer = client_of(account).post(url, {"operation_id": "k-1"}, format="json").json()["data"]
        row = InternalLink.objects.get()
        assert (answer["created"], answer["skipped"], answer["repeated"], seen) == ([row.pk], [], False, ["direct"])


class TestLinkingThatFails:
    @pytest.fixture
    def untouched(self, account, source, flour):
        before = balance_of(account)
        yield
        assert (html_of(source), InternalLink.objects.count(), balance_of(account)) == (source.html, 0, before)
        assert not CreditService.was_charged("op-1")

    @pytest.mark.parametrize("answer", ["prose", "[]", "{}", '{"links": 7}', "[" * 100_000])
    def test_because_the_answer_is_none_costs_the_customer_nothing(self, source, untouched, answers, answer):
        answers(answer)
        with pytest.raises(MalformedAnswer, match="not the answer that was asked for"):
            link(source)
        (log,) = CreditUsageLog.objects.filter(operation_type="internal_linking")
        assert (log.credits_used, log.tokens_input, log.metadata["operation_id"]) == (0, 3_000, "op-1")
        assert log.cost_usd > 0

    def test_because_the_account_is_empty_asks_nobody(self, account, source, flour, provider):
        empty = Account.objects.create(name="Empty", plan=account.plan)
        site = Site.objects.create(account=empty, name="Empty blog")
        mine, _ = content_of(site, html=source.html), content_of(site, "All about flour")
        with pytest.raises(InsufficientCreditsError):
            link(mine)
        assert (provider.requests, html_of(mine)) == ([], source.html)

    def test_because_it_used_more_than_there_is_saves_nothing(self, source, untouched, answers):
        answers({"links": [{"content_id": 1, "anchor": "flour"}]}, tokens=2_000_000_000)
        with pytest.raises(InsufficientCreditsError):
            link(source)
        assert CreditUsageLog.objects.get(operation_type="internal_linking").metadata["unbilled"] != ""

    def test_because_the_id_is_another_accounts_touches_nothing(self, source, flour, provider):
        CreditService.deduct_credits_for_operation(
            account=Account.objects.exclude(pk=source.account_id).first(),
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=10, tokens_output=1),
            operation_id="op-1",
        )
        with pytest.raises(OperationConflict):
            link(source)
        assert (provider.requests, html_of(source)) == ([], source.html)

    @pytest.mark.parametrize("of", ["another account", "another site"])
    def test_because_the_content_is_of(self, account, source, provider, of):
        stranger = Account.objects.exclude(pk=account.pk).first()
        changes = (
            {"account": stranger, "site": site_of(stranger)}
            if of == "another account"
            else {"site": Site.objects.create(account=account, name="Second blog")}
        )
        with pytest.raises(Content.DoesNotExist):
            link(source, **changes)
        assert provider.requests == []


class TestAContentThatChangesMeanwhile:
    def test_keeps_the_change_and_gets_its_links(self, source, flour, monkeypatch):
        real = AICore.complete

        def and_somebody_writes(**asked):
            Content.objects.filter(pk=source.pk).update(html="<p>New: flour.</p>")
            return real(**asked)

        monkeypatch.setattr(AICore, "complete", and_somebody_writes)
        link(source)
        assert html_of(source) == f'<p>New: <a href="{LINK.format(flour.pk)}">flour</a>.</p>'

    def test_links_to_nothing_that_was_deleted(self, source, flour, monkeypatch):
        real = AICore.complete

        def and_somebody_deletes(**asked):
            Content.objects.filter(pk=flour.pk).delete()
            return real(**asked)

        monkeypatch.setattr(AICore, "complete", and_somebody_deletes)
        outcome = link(source)
        assert (outcome.created, html_of(source)) == ((), source.html)
        assert CreditService.was_charged("op-1")

    def test_is_not_charged_when_it_was_deleted(self, account, source, flour, monkeypatch):
        real, before = AICore.complete, balance_of(account)

        def and_somebody_deletes(**asked):
            Content.objects.filter(pk=source.pk).delete()
            return real(**asked)

        monkeypatch.setattr(AICore, "complete", and_somebody_deletes)
        with pytest.raises(InvalidInput, match="was deleted"):
            link(source)
        assert balance_of(account) == before
        assert CreditUsageLog.objects.get(operation_type="internal_linking").metadata["unbilled"] == "InvalidInput"
