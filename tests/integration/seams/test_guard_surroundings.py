"""What a side changes around it reaches nobody: it is put back, or refused."""

import decimal
import locale
import random
import sys
import time
import warnings
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone, translation

from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .trial import Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


def round_down():
    decimal.getcontext().prec = 3
    decimal.getcontext().rounding = decimal.ROUND_DOWN


def quarter():
    return Decimal(1) / Decimal(3), Decimal("2.5").quantize(Decimal(1))


PUT_BACK = {
    "precision and rounding": (round_down, quarter),
    "another decimal context": (lambda: decimal.setcontext(decimal.Context(prec=2)), quarter),
    "an open local context": (lambda: decimal.localcontext(prec=2).__enter__(), quarter),
    "language": (lambda: translation.activate("de"), translation.get_language),
    "no language": (translation.deactivate_all, translation.get_language),
    "time zone": (lambda: timezone.activate("Asia/Tokyo"), timezone.get_current_timezone_name),
    "seed": (lambda: random.seed(1), random.getstate),
    "state of random": (lambda: random.setstate(random.Random(5).getstate()), random.getstate),
    "filters of warnings": (lambda: warnings.simplefilter("error"), lambda: list(warnings.filters)),
    "no filters of warnings": (warnings.resetwarnings, lambda: list(warnings.filters)),
}
REFUSED = {
    "setting": (lambda: setattr(settings, "LANGUAGE_CODE", "de"), lambda: settings.LANGUAGE_CODE),
    "overridden settings": (override_settings(LANGUAGE_CODE="de").enable, lambda: settings.LANGUAGE_CODE),
    "locale": (lambda: locale.setlocale(locale.LC_NUMERIC, "C"), lambda: locale.setlocale(locale.LC_NUMERIC)),
    "time zone of C": (time.tzset, lambda: time.tzname),
    "limit of recursion": (lambda: sys.setrecursionlimit(99_999), sys.getrecursionlimit),
}


def called(change):
    """Call a seam whose candidate changes something; returns the verdict."""

    def side(_account):
        change()
        return "same"

    with fixed_flags(flag_at("f", Stage.SHADOW)):
        assert Trial(control="same", candidate=side).call() == "same"
    return verdicts()


class TestChange:
    @pytest.mark.parametrize(("change", "seen"), PUT_BACK.values(), ids=PUT_BACK)
    def test_of_this_thread_or_of_a_moment_is_put_back(self, change, seen):
        before = seen()
        assert called(change) == ["match"]
        assert seen() == before

    @pytest.mark.parametrize(("change", "seen"), REFUSED.values(), ids=REFUSED)
    def test_of_the_whole_process_is_blocked(self, change, seen):
        before = seen()
        assert called(change) == ["blocked"]
        assert seen() == before

    def test_that_a_side_takes_back_itself_is_none(self):
        def side():
            with translation.override("de"), timezone.override("Asia/Tokyo"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert translation.get_language() == "de"

        with translation.override("fr"):
            assert called(side) == ["match"]
            assert translation.get_language() == "fr"

    def test_is_there_for_the_side_itself(self):
        found = []
        called(lambda: (round_down(), found.append(quarter())))
        assert found == [(Decimal("0.333"), Decimal(2))]
