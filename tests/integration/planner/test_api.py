"""The planner as a customer's client uses it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.api.serializers.planner import KeywordSerializer
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import Task
from rest_api import parsing

from ..content_parts import API, Operations, client_of, cluster_of, idea_of, keyword_of, site_of

KEYWORDS, CLUSTERS, IDEAS = (f"{API}planner/{name}/" for name in ("keywords", "clusters", "ideas"))


@pytest.fixture
def site(account):
    return site_of(account)


@pytest.fixture
def second_site(account):
    return Site.objects.create(account=account, name="Second blog")


@pytest.fixture
def customer(account):
    return client_of(account)


@pytest.fixture
def stranger(account):
    return Account.objects.exclude(pk=account.pk).order_by("pk").first()


@pytest.fixture
def operations(monkeypatch):
    return Operations.instead(monkeypatch)


def csv(text, name="keywords.csv"):
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def wrong_fields(response):
    assert response.status_code == 400, response.content
    return set(response.json()["error"]["fields"])


class TestKeywords:
    def test_are_created_read_changed_and_deleted(self, customer, site):
        created = customer.post(KEYWORDS, {"site": site.pk, "keyword": " rye  bread ", "volume": 90}, format="json")
        assert created.status_code == 201
        row = created.json()["data"]
        assert {name: row[name] for name in ("site", "keyword", "volume", "difficulty", "cluster", "status")} == {
            "site": site.pk, "keyword": "rye bread", "volume": 90, "difficulty": 0, "cluster": None, "status": "new",
        }  # fmt: skip
        cluster = cluster_of(site)
        url = f"{KEYWORDS}{row['id']}/"
        customer.patch(url, {"cluster": cluster.pk}, format="json")
        read = customer.get(url).json()["data"]
        assert (read["status"], read["cluster_name"]) == ("clustered", "Bread")
        assert customer.delete(url).status_code == 204
        assert customer.get(url).status_code == 404

    def test_are_unique_within_a_site(self, customer, site, second_site):
        keyword_of(site)
        assert customer.post(KEYWORDS, {"site": site.pk, "keyword": "rye bread"}, format="json").status_code == 400
        assert (
            customer.post(KEYWORDS, {"site": second_site.pk, "keyword": "rye bread"}, format="json").status_code == 201
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [("volume", -1), ("difficulty", 101), ("keyword", "x" * 201), ("keyword", "  "), ("site", 0)],
    )
    def test_with_a_wrong_value_are_refused_by_field(self, customer, site, field, value):
        body = {"site": site.pk, "keyword": "rye", field: value}
        assert wrong_fields(customer.post(KEYWORDS, body, format="json")) == {field}

    def test_that_two_create_at_once_are_created_once(self, customer, site, monkeypatch):
        keyword_of(site)
        # Both have looked, and neither has seen the other's.
        monkeypatch.setattr(KeywordSerializer, "get_validators", lambda _: [])
        response = customer.post(KEYWORDS, {"site": site.pk, "keyword": "rye bread"}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "changed_meanwhile")
        assert Keyword.objects.count() == 1

    def test_stay_with_the_site_of_their_cluster(self, customer, site, second_site):
        keyword, elsewhere = keyword_of(site), cluster_of(second_site)
        url = f"{KEYWORDS}{keyword.pk}/"
        assert wrong_fields(customer.patch(url, {"cluster": elsewhere.pk}, format="json")) == {"cluster"}
        assert wrong_fields(customer.patch(url, {"site": second_site.pk}, format="json")) == {"site"}
        body = {"site": site.pk, "keyword": "oat", "cluster": elsewhere.pk}
        assert wrong_fields(customer.post(KEYWORDS, body, format="json")) == {"cluster"}

    def test_are_found_by_site_status_and_cluster_in_order(self, customer, site, second_site):
        cluster = cluster_of(site)
        keyword_of(site, "rye", volume=5, cluster=cluster)
        keyword_of(site, "oat", volume=9)
        keyword_of(site, "bun", volume=7)
        keyword_of(second_site, "rye", volume=1)

        def found(query):
            return [row["keyword"] for row in customer.get(f"{KEYWORDS}?{query}").json()["results"]]

        assert found(f"site={site.pk}") == ["rye", "oat", "bun"]
        assert found(f"site={site.pk}&status=new&ordering=-volume") == ["oat", "bun"]
        assert found(f"cluster={cluster.pk}") == ["rye"]
        assert found("status=clustered") == ["rye"]
        assert found("ordering=keyword&page_size=2&page=2") == ["rye", "rye"]

    @pytest.mark.parametrize("query", ["site=x", "site=-1", f"site={10**30}", "status=old", "ordering=account"])
    def test_are_not_found_by_a_question_that_makes_no_sense(self, customer, query):
        assert wrong_fields(customer.get(f"{KEYWORDS}?{query}")) == {query.split("=")[0]}


class TestImport:
    def test_adds_the_keywords_of_a_file(self, customer, site):
        keyword_of(site, "rye")
        file = csv("keyword,volume,difficulty\nrye,1,1\noat,9,2\nbun,many,3\n")
        response = customer.post(f"{KEYWORDS}import/", {"site": site.pk, "file": file}, format="multipart")
        assert response.status_code == 200, response.content
        assert response.json()["data"] == {
            "created": 1,
            "duplicates": 1,
            "malformed": [{"line": 4, "reason": "volume is 'many', it must be a whole number from 0 to 2,147,483,647"}],
            "malformed_count": 1,
        }
        assert Keyword.objects.get(keyword="oat").account_id == site.account_id

    def test_takes_a_file_that_is_too_long_for_the_memory(self, customer, site, settings):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000
        file = csv("keyword\n" + "".join(f"keyword {i}\n" for i in range(5_000)))
        response = customer.post(f"{KEYWORDS}import/", {"site": site.pk, "file": file}, format="multipart")
        assert response.json()["data"]["created"] == 5_000

    def test_of_more_bytes_than_are_taken_is_refused_before_it_is_read(self, customer, site, monkeypatch):
        monkeypatch.setattr(parsing, "MOST_UPLOADED_BYTES", 1_000)
        for size, status in ((500, 200), (1_000, 413)):
            file = csv("keyword\n" + "x" * size)
            response = customer.post(f"{KEYWORDS}import/", {"site": site.pk, "file": file}, format="multipart")
            assert response.status_code == status, response.content
        assert response.json()["error"]["code"] == "body_too_large"

    def test_without_the_column_is_refused(self, customer, site):
        body = {"site": site.pk, "file": csv("word\nrye\n")}
        response = customer.post(f"{KEYWORDS}import/", body, format="multipart")
        assert wrong_fields(response) == {"file"}
        assert "no column named keyword" in response.json()["message"]

    def test_into_another_accounts_site_is_refused(self, customer, stranger):
        body = {"site": site_of(stranger).pk, "file": csv("keyword\nrye\n")}
        assert wrong_fields(customer.post(f"{KEYWORDS}import/", body, format="multipart")) == {"site"}
        assert not Keyword.objects.exists()


class TestClusters:
    def test_count_their_keywords_and_ideas_apart(self, customer, site):
        cluster, empty = cluster_of(site), cluster_of(site, "Empty")
        for text in ("rye", "oat", "bun"):
            keyword_of(site, text, cluster=cluster)
        for title in ("a", "b"):
            idea_of(cluster, title)
        rows = {row["id"]: row for row in customer.get(CLUSTERS).json()["results"]}
        counts = {pk: (r["keyword_count"], r["idea_count"], r["status"]) for pk, r in rows.items()}
        assert counts == {cluster.pk: (3, 2, "planned"), empty.pk: (0, 0, "new")}
        assert [r["id"] for r in customer.get(f"{CLUSTERS}?status=planned").json()["results"]] == [cluster.pk]
        assert [r["id"] for r in customer.get(f"{CLUSTERS}?status=new").json()["results"]] == [empty.pk]

    def test_are_created_empty(self, customer, site):
        row = customer.post(CLUSTERS, {"site": site.pk, "name": "Bread"}, format="json").json()["data"]
        assert (row["keyword_count"], row["idea_count"], row["status"]) == (0, 0, "new")


class TestIdeas:
    def test_are_of_the_site_of_their_cluster(self, customer, site, second_site):
        cluster = cluster_of(site)
        body = {"cluster": cluster.pk, "title": "Rye", "keywords": ["rye"], "site": second_site.pk}
        row = customer.post(IDEAS, body, format="json").json()["data"]
        assert (row["site"], row["status"], row["task"]) == (site.pk, "new", None)
        body = {"cluster": cluster_of(second_site).pk}
        assert wrong_fields(customer.patch(f"{IDEAS}{row['id']}/", body, format="json")) == {"cluster"}

    def test_become_tasks_once(self, customer, site):
        idea = idea_of(cluster_of(site))
        first = customer.post(f"{IDEAS}queue/", {"ids": [idea.pk]}, format="json").json()["data"]
        again = customer.post(f"{IDEAS}queue/", {"ids": [idea.pk]}, format="json").json()["data"]
        task = Task.objects.get()
        assert first == {"created": [task.pk], "already_queued": []}
        assert again == {"created": [], "already_queued": [idea.pk]}
        assert customer.get(f"{IDEAS}?status=queued").json()["results"][0]["task"] == task.pk

    @pytest.mark.parametrize("ids", [[], "7", None, [True], ["x"], [-1], [10**30], list(range(1, 202))])
    def test_are_named_by_a_list_of_ids(self, customer, ids):
        assert wrong_fields(customer.post(f"{IDEAS}queue/", {"ids": ids}, format="json")) == {"ids"}


class TestButtons:
    """What the AI operations are asked for; what they do is their own tests'."""

    @pytest.fixture
    def keywords(self, site):
        return [keyword_of(site, text) for text in ("rye", "oat")]

    def test_hand_over_account_site_and_rows(self, customer, account, site, keywords, operations):
        cluster = cluster_of(site)
        customer.post(f"{KEYWORDS}cluster/", {"ids": [keywords[1].pk, keywords[0].pk]}, format="json")
        customer.post(f"{CLUSTERS}generate_ideas/", {"ids": [cluster.pk]}, format="json")
        assert [(name, arguments) for name, _, arguments in operations.calls] == [
            ("cluster_keywords", {"account": account, "site": site, "keyword_ids": [k.pk for k in keywords]}),
            ("generate_ideas", {"account": account, "site": site, "cluster_ids": [cluster.pk]}),
        ]

    def test_answer_what_was_done_and_charged(self, customer, keywords, operations):
        answer = customer.post(f"{KEYWORDS}cluster/", {"ids": [keywords[0].pk]}, format="json").json()["data"]
        ((_, operation_id, _),) = operations.calls
        assert answer == {
            "operation_id": operation_id, "model": "gpt-5.1", "credits": 3, "created": [7, 8], "repeated": False,
        }  # fmt: skip

    def test_of_rows_of_two_sites_are_refused(self, customer, keywords, second_site, operations):
        ids = [keywords[0].pk, keyword_of(second_site).pk]
        assert wrong_fields(customer.post(f"{KEYWORDS}cluster/", {"ids": ids}, format="json")) == {"ids"}
        assert operations.calls == []

    def test_of_an_account_without_credits_say_so(self, customer, keywords, operations):
        operations.error = InsufficientCreditsError("too few")
        response = customer.post(f"{KEYWORDS}cluster/", {"ids": [keywords[0].pk]}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (402, "insufficient_credits")


class TestIdempotencyKey:
    @pytest.fixture
    def press(self, customer, site, operations):
        keyword = keyword_of(site)

        def press(*, client=customer, ids=(keyword.pk,), header=None, **body):
            headers = {"Idempotency-Key": header} if header else {}
            url = f"{KEYWORDS}cluster/"
            response = client.post(url, {"ids": list(ids), **body}, format="json", headers=headers)
            assert response.status_code == 200, response.content
            return operations.calls[-1][1]

        return press

    def test_gives_a_request_that_is_sent_again_the_same_operation(self, press):
        assert press(header="k-1") == press(header="k-1") == press(operation_id="k-1")

    def test_that_is_not_given_is_new_each_time(self, press):
        assert press() != press()

    def test_of_another_account_is_another_operation(self, press, stranger):
        other = keyword_of(site_of(stranger))
        assert press(header="k-1") != press(client=client_of(stranger), ids=[other.pk], header="k-1")

    def test_that_was_charged_for_other_rows_is_a_conflict(self, customer, account, site, press):
        from igny8_core.business.billing.services.credit_service import CreditService
        from igny8_core.business.billing.usage import Usage

        operation_id = press(header="k-1")
        CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=10, tokens_output=1),
            operation_id=operation_id,
        )
        assert press(header="k-1") == operation_id
        body = {"ids": [keyword_of(site, "oat").pk], "operation_id": "k-1"}
        response = customer.post(f"{KEYWORDS}cluster/", body, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "operation_conflict")

    @pytest.mark.parametrize(("header", "body"), [("a b", ""), ("a:b", ""), ("", "é"), ("", "x" * 101), ("one", "two")])
    def test_that_is_not_one_is_refused(self, customer, site, operations, header, body):
        headers = {"Idempotency-Key": header} if header else {}
        sent = {"ids": [keyword_of(site).pk], "operation_id": body}
        response = customer.post(f"{KEYWORDS}cluster/", sent, format="json", headers=headers)
        assert wrong_fields(response) == {"operation_id"}
        assert operations.calls == []
