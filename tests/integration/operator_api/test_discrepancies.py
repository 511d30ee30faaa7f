"""What differs, to read and to review."""

import pytest

from migration_harness.models import DiscrepancyReview

from .clients import API, charge, error_of, send, url_of


class TestDiscrepancies:
    @pytest.mark.legacy
    def test_lists_what_needs_a_review(self, operator, mispriced):
        found = operator.get(f"{API}discrepancies/").json()
        (row,) = found["results"]
        assert (row["signature"], row["state"], row["group"]) == (mispriced, "open", ["clustering", "gpt-5.1"])
        assert (row["control_sum"], row["candidate_sum"], row["paths"]) == ("20", "5", ["credits"])

    @pytest.mark.legacy
    def test_leaves_out_what_is_explained_unless_it_is_asked_for(self, operator):
        charge("clustering", index=0)
        counts = [
            operator.get(f"{API}discrepancies/", query).json()["count"]
            for query in ({}, {"all": "true"}, {"all": "false"}, {"state": "explained"}, {"state": "open"})
        ]
        assert counts == [0, 1, 0, 1, 0]

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ({"state": "closed"}, "state"),
            ({"all": "true", "state": "open"}, "all"),
            ({"page_size": 100_000}, "page_size"),
            ({"page": "first"}, "page"),
        ],
        ids=str,
    )
    def test_refuses_a_question_without_an_answer(self, operator, query, wrong):
        response = operator.get(f"{API}discrepancies/", query)
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])

    @pytest.mark.legacy
    def test_shows_one_with_both_values(self, operator, mispriced):
        found = operator.get(url_of("discrepancy", mispriced)).json()["data"]
        (sample,) = found["samples"]
        assert sample["payload"]["differences"] == [{"path": "credits", "kind": "value", "control": 20, "candidate": 5}]
        assert (sample["payload"]["expected"], found["count"]) == (3, 1)

    @pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("post", "review/")])
    def test_that_do_not_exist_are_not_found(self, operator, method, suffix):
        response = send(operator, method, f"{API}discrepancies/nothing/{suffix}")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_discrepancy")

    @pytest.mark.parametrize("state", ["acknowledged", "fixed", "open"])
    def test_are_reviewed_by_the_user_with_a_reason(self, operator, signature, state):
        body = {"state": state, "reason": "price corrected"}
        found = operator.post(url_of("review", signature), body, format="json").json()["data"]
        assert found == {"signature": signature, "before": "open", "after": state}
        review = DiscrepancyReview.objects.get()
        assert (review.actor, review.reason, review.state) == ("ada", "price corrected", state)

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [({"state": "fixed"}, "reason"), ({"state": "fixed", "reason": " "}, "reason"), ({"reason": "x"}, "state"),
         ({"state": "explained", "reason": "x"}, "state"), ({"state": "fixed", "reason": "x", "by": "bob"}, "by")],
        ids=str,
    )  # fmt: skip
    def test_are_not_reviewed_without(self, operator, signature, body, wrong):
        response = operator.post(url_of("review", signature), body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])
        assert DiscrepancyReview.objects.count() == 0
