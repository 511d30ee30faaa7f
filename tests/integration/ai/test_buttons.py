"""All buttons one after the other, over REST, with the sandbox provider at the other end of real HTTP."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.modules.writer.models import Content, Image

from ..content_parts import API, client_of, cluster_of, content_of, keyword_of, prompt_of, site_of, task_of

BUTTONS = ("cluster", "ideas", "content", "prompts", "images", "link", "optimize")


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture(autouse=True)
def provider(server, settings, tmp_path):
    settings.IGNY8_SANDBOX_URL = server.url
    settings.MEDIA_ROOT = tmp_path
    server.forget()
    return server


@pytest.fixture
def site(account):
    return site_of(account)


@pytest.fixture
def customer(account):
    return client_of(account)


@pytest.fixture
def press(customer):
    def press(path, **body):
        response = customer.post(f"{API}{path}", body, format="json")
        assert response.status_code == 200, response.content
        return response.json()["data"]

    return press


def balance_of(account):
    return Account.objects.get(pk=account.pk).credits


def drain(account):
    """Leave an account without a credit, by an entry of the ledger."""
    CreditTransaction.objects.create(
        account=account,
        transaction_type="adjustment",
        amount=-balance_of(account),
        balance_after=0,
        description="a test",
    )


class TestTheButtons:
    def test_lead_from_keywords_to_a_published_article(self, account, site, customer, press):
        before, spent = balance_of(account), []

        def paid(path, **body):
            answer = press(path, **body)
            spent.append(answer["credits"])
            assert answer["created"], path
            return answer["created"]

        file = SimpleUploadedFile("k.csv", b"keyword,volume\nrye bread,90\nrye flour,70\nsourdough starter,50\n")
        customer.post(f"{API}planner/keywords/import/", {"site": site.pk, "file": file}, format="multipart")
        rows = customer.get(f"{API}planner/keywords/?site={site.pk}&status=new").json()["results"]
        clusters = paid("planner/keywords/cluster/", ids=[row["id"] for row in rows])
        ideas = paid("planner/clusters/generate_ideas/", ids=clusters)
        tasks = press("planner/ideas/queue/", ids=ideas)["created"]
        contents = [paid(f"writer/tasks/{task}/generate_content/")[0] for task in tasks[:2]]
        prompts = paid(f"writer/contents/{contents[0]}/generate_image_prompts/")
        images = press("writer/image_prompts/generate_images/", ids=prompts)
        spent += [image["credits"] for image in images["images"]]
        assert ([image["created"] != [] for image in images["images"]], images["failures"]) == (
            [True] * len(prompts),
            [],
        )
        for image in customer.get(f"{API}writer/images/?content={contents[0]}").json()["results"]:
            picture = customer.get(image["url"])
            assert picture["Content-Type"] == "image/png"
            assert b"".join(picture.streaming_content).startswith(b"\x89PNG")
        spent.append(press(f"linker/contents/{contents[0]}/link/")["credits"])
        paid(f"optimizer/contents/{contents[0]}/optimize/", apply=True)
        for status in ("review", "published"):
            press(f"writer/contents/{contents[0]}/status/", status=status)

        assert Content.objects.get(pk=contents[0]).status == "published"
        assert before - balance_of(account) == sum(spent)
        charged = CreditTransaction.objects.filter(account=account, transaction_type="deduction")
        assert charged.count() == len(spent) == CreditUsageLog.objects.filter(account=account).count()
        paths = {row.usage_log.operation_type: row.metadata["execution_path"] for row in charged}
        assert paths == {
            "clustering": "manual", "idea_generation": "manual", "content_generation": "manual",
            "image_prompt_extraction": "manual", "image_generation": "manual",
            "internal_linking": "direct", "content_optimization": "direct",
        }  # fmt: skip


class TestAButton:
    @pytest.fixture
    def presses(self, site):
        """Each button of an operation: its address, and its body."""
        content = content_of(site)
        return {
            "cluster": ("planner/keywords/cluster/", {"ids": [keyword_of(site).pk]}),
            "ideas": ("planner/clusters/generate_ideas/", {"ids": [cluster_of(site).pk]}),
            "content": (f"writer/tasks/{task_of(site).pk}/generate_content/", {}),
            "prompts": (f"writer/contents/{content.pk}/generate_image_prompts/", {}),
            "images": ("writer/image_prompts/generate_images/", {"ids": [prompt_of(content_of(site)).pk]}),
            "link": (f"linker/contents/{content.pk}/link/", {}),
            "optimize": (f"optimizer/contents/{content.pk}/optimize/", {}),
        }

    @pytest.mark.parametrize("name", BUTTONS)
    def test_pressed_again_under_its_key_is_charged_and_asked_once(self, account, press, presses, provider, name):
        path, body = presses[name]
        first = press(path, **body, operation_id="k-1")
        balance, asked = balance_of(account), len(provider.requests)
        again = press(path, **body, operation_id="k-1")
        assert (balance_of(account), len(provider.requests)) == (balance, asked)
        (first, again) = (first["images"][0], again["images"][0]) if name == "images" else (first, again)
        assert (first["repeated"], again["repeated"], again["created"]) == (False, True, [])
        assert again["credits"] == first["credits"] > 0

    @pytest.mark.parametrize("name", BUTTONS)
    def test_of_an_empty_account_asks_nobody(self, account, customer, presses, provider, name):
        drain(account)
        path, body = presses[name]
        response = customer.post(f"{API}{path}", body, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (402, "insufficient_credits")
        assert (provider.requests, Image.objects.count()) == ([], 0)

    def test_that_has_nothing_to_do_says_so(self, customer, site, provider):
        task = task_of(site)
        content_of(site, task=task)
        response = customer.post(f"{API}writer/tasks/{task.pk}/generate_content/")
        assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_input")
        assert provider.requests == []

    def test_whose_images_fail_in_part_says_which(self, account, press, site):
        content = content_of(site)
        good, bad = prompt_of(content), prompt_of(content, position=1)
        bad.prompt = "a loaf [[sandbox fault=400]]"
        bad.save()
        before = balance_of(account)
        answer = press("writer/image_prompts/generate_images/", ids=[good.pk, bad.pk])
        assert [failure["prompt_id"] for failure in answer["failures"]] == [bad.pk]
        assert answer["failures"][0]["error"] == "ProviderRefused"
        assert before - balance_of(account) == sum(image["credits"] for image in answer["images"]) > 0
