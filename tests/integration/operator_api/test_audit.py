"""The audit trail."""

from migration_harness.models import AuditEvent

from .clients import API, CREDITS, error_of, flag_url


class TestAudit:
    def test_lists_who_did_what_newest_first_a_page_at_a_time(self, operator):
        for share in range(1, 6):
            operator.patch(flag_url(), {"share_percent": share}, format="json")
        seen, url = [], f"{API}audit/?flag={CREDITS}&page_size=2"
        while url:
            found = operator.get(url).json()
            seen += [event["after"].get("share_bps") for event in found["results"]]
            url = found["next"]
        assert seen == [500, 400, 300, 200, 100, None, 0]
        assert (found["count"], found["success"]) == (7, True)

    def test_past_the_last_page_is_not_found(self, operator):
        assert error_of(operator.get(f"{API}audit/?page=99"))["code"] == "not_found"

    def test_verifies(self, operator):
        data = operator.get(f"{API}audit/verify/").json()["data"]
        assert data == {"events": AuditEvent.objects.count(), "intact": True}

    def test_that_was_tampered_with_is_an_error(self, operator, monkeypatch):
        monkeypatch.setattr("migration_harness.trail.audit.hash_of", lambda event: "0" * 64)
        response = operator.get(f"{API}audit/verify/")
        assert (response.status_code, error_of(response)["code"]) == (409, "audit_tampered")
