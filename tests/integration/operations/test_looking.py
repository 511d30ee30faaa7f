"""Recorded operations on the console, over REST, and as metrics."""

import pytest

from migration_harness.metrics import operating
from migration_harness.models import RecordedOperation
from migration_harness.operations import keeping

from ..operator_api.clients import with_token
from .test_laws import law, one_cluster
from .trial import by_every_route


@pytest.fixture
def broken(host):
    host.declares(law(one_cluster))
    host.does = by_every_route
    host.run()
    return RecordedOperation.objects.get()


class TestConsole:
    def test_lists_them_with_the_laws_that_they_break(self, broken, admin_client):
        page = admin_client.get("/migration/recordings/").content.decode()
        assert (f"/migration/recordings/{broken.pk}/" in page, "breaks one_cluster" in page) == (True, True)
        assert "No operation was recorded" in admin_client.get("/migration/recordings/?kind=other").content.decode()
        assert "/migration/recordings/" in admin_client.get("/migration/").content.decode()

    def test_shows_rows_before_and_after_side_by_side(self, broken, admin_client):
        page = admin_client.get(f"/migration/recordings/{broken.pk}/").content.decode()
        before, after = '<td class="value" data-label="Before">{}</td>', '<td class="value" data-label="After">{}</td>'
        assert (before.format("Oak tree") in page, after.format("Ash") in page) == (True, True)
        assert "One cluster is made." in page

    def test_knows_no_other(self, demo, admin_client):
        assert admin_client.get("/migration/recordings/999/").status_code == 404


class TestRest:
    def test_lists_them_and_gives_one_with_its_effects(self, broken, admin_user):
        client, api = with_token(admin_user), "/api/v1/migration/recordings/"
        (listed,) = client.get(f"{api}?unlawful=true").json()["results"]
        assert (listed["number"], listed["broken"], "rows" in listed) == (broken.pk, ["one_cluster"], False)
        assert client.get(f"{api}?kind=other").json()["results"] == []
        found = client.get(f"{api}{broken.pk}/").json()["data"]
        assert [row["change"] for row in found["rows"]][:2] == ["inserted", "inserted"]
        assert client.get(f"{api}999/").status_code == 404


def counted():
    return {
        (sample.name, sample.labels["kind"]): sample.value
        for metric in operating.metrics()
        for sample in metric.samples
    }


class TestMetrics:
    def test_count_what_was_recorded_and_what_breaks_a_law(self, broken):
        found = counted()
        assert found["harness_operations_recorded", "trial"] == 1
        assert found["harness_operations_unlawful", "trial"] == 1
        assert found["harness_operations_dropped_total", "trial"] == 0

    def test_count_what_could_not_be_kept(self, host, monkeypatch):
        def full(*_, **__):
            raise OSError

        monkeypatch.setattr(keeping, "keep", full)
        host.run()
        assert RecordedOperation.objects.count() == 0
        assert counted()["harness_operations_dropped_total", "trial"] == 1
