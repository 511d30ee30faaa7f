"""How long a client may keep us waiting."""

import pytest

from igny8_core.web.patience import LEAST_BYTES, SECONDS, Patience, Waiting

LATE = SECONDS + 1


def is_over(*looks):
    """What the last look says, of looks at (what is waited for, request, bytes passed, moment)."""
    patience = Patience(since=0)
    said = [patience.is_over(what, request=n, passed=passed, now=now) for what, n, passed, now in looks]
    return said[-1]


class TestPatience:
    @pytest.mark.parametrize("waiting", Waiting)
    def test_is_over_for_whoever_lets_us_wait(self, waiting):
        assert is_over((waiting, 0, 0, 0), (waiting, 0, 0, SECONDS)) is False
        assert is_over((waiting, 0, 0, 0), (waiting, 0, 0, LATE)) is True

    @pytest.mark.parametrize("waiting", Waiting)
    def test_is_over_for_whoever_goes_on_byte_by_byte(self, waiting):
        assert is_over(*((waiting, 0, second, second) for second in range(LATE + 1))) is True

    @pytest.mark.parametrize("waiting", [Waiting.BODY, Waiting.TAKING])
    def test_is_not_over_while_enough_passes(self, waiting):
        step = SECONDS // 2
        assert is_over(*((waiting, 0, n * LEAST_BYTES, n * step) for n in range(100))) is False

    def test_is_over_where_much_came_at_once_and_then_nothing(self):
        assert is_over(
            (Waiting.BODY, 0, 0, 0), (Waiting.BODY, 0, 9 * LEAST_BYTES, 1), (Waiting.BODY, 0, 9 * LEAST_BYTES, LATE + 1)
        )

    def test_is_never_over_while_we_work(self):
        assert is_over((None, 0, 0, 0), (None, 0, 0, 1000 * LATE)) is False

    def test_begins_anew_with_each_request(self):
        assert is_over((Waiting.HEAD, 0, 0, 0), (Waiting.HEAD, 1, 0, LATE)) is False

    def test_begins_anew_with_what_is_waited_for(self):
        assert is_over((Waiting.HEAD, 0, 0, 0), (Waiting.BODY, 0, 0, LATE)) is False

    def test_begins_with_the_connection(self):
        assert Patience(since=7).since == 7
