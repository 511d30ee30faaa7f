"""A flag whose seam is gone leaves the lists on its page, and is brought back there."""

import pytest
from django.urls import reverse

from migration_harness.control.creation import create_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Flag
from migration_harness.plan import PlannedFlag

from .browser import words

NAME, ASKED = "old-prices", "model-selection"


@pytest.fixture
def old(demo):
    create_flag(planned=PlannedFlag(name=NAME, owner="ada", note="Prices."), baseline=Stage.SHADOW, actor="seed")


def page(name):
    return reverse("dashboards:retire", args=[name])


def confirm(client, name):
    seen = client.get(page(name)).context["seen"]
    return client.post(page(name), {"seen": seen, "reason": "its seam is gone"}, follow=True)


class TestRetire:
    def test_takes_it_off_the_lists_and_brings_it_back(self, operator, old):
        confirm(operator, NAME)
        assert Flag.objects.get(name=NAME).retired
        assert "Bring it back to the lists" in words(operator.get(reverse("dashboards:flag", args=[NAME])))
        confirm(operator, NAME)
        assert not Flag.objects.get(name=NAME).retired
        assert AuditEvent.objects.filter(subject=NAME, reason="its seam is gone").count() == 2

    def test_says_what_is_in_the_way_and_changes_nothing(self, operator, old):
        assert "the running code asks it in" in words(operator.get(page(ASKED)))
        text = words(confirm(operator, ASKED))
        assert ("is not retired" in text, Flag.objects.get(name=ASKED).retired) == (True, False)

    def test_is_offered_for_no_flag_that_a_seam_asks(self, operator, old):
        assert "off the lists" in words(operator.get(reverse("dashboards:flag", args=[NAME])))
        assert "off the lists" not in words(operator.get(reverse("dashboards:flag", args=[ASKED])))
