"""What differs between two runs of the control is noise."""

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import diff
from migration_harness.comparing.noise import Noise

ALWAYS, NEVER = 10_000, 0


def mismatch(control, candidate):
    return Judgement(verdict=Verdict.MISMATCH, differences=diff(control, candidate))


class TestNoise:
    def test_is_looked_for_at_a_way_to_differ_that_is_new_and_only_once(self):
        noise, found = Noise(share_bps=NEVER), mismatch({"at": 1}, {"at": 2})
        assert [noise.is_due(found), noise.is_due(found)] == [True, False]

    def test_is_looked_for_in_a_share_of_the_calls(self):
        match = Judgement(verdict=Verdict.MATCH)
        assert Noise(share_bps=ALWAYS).is_due(match)
        assert not Noise(share_bps=NEVER).is_due(match)
        due = sum(Noise(share_bps=2_500).is_due(match) for _ in range(2_000))
        assert 350 < due < 650

    def test_leaves_what_differs_besides(self):
        noise = Noise(share_bps=NEVER)
        noise.learn(diff({"at": 1, "credits": 3}, {"at": 2, "credits": 3}))
        judged = noise.without(mismatch({"at": 1, "credits": 3}, {"at": 5, "credits": 4}))
        assert judged.verdict is Verdict.MISMATCH
        assert [each.path for each in judged.differences] == ["result.credits"]

    def test_is_intended_where_nothing_else_differs(self):
        noise = Noise(share_bps=NEVER)
        noise.learn(diff({"at": 1}, {"at": 2}))
        judged = noise.without(mismatch({"at": 1}, {"at": 5}))
        assert judged.verdict is Verdict.INTENDED
        assert judged.explanation.startswith("noise")
        assert [each.path for each in judged.differences] == ["result.at"]

    def test_of_one_element_is_noise_in_all_of_them(self):
        noise = Noise(share_bps=NEVER)
        noise.learn(diff([{"id": 1}, {"id": 7}], [{"id": 2}, {"id": 7}]))
        assert noise.without(mismatch([{"id": 1}, {"id": 7}], [{"id": 1}, {"id": 9}])).verdict is Verdict.INTENDED

    def test_makes_no_match_of_an_error(self):
        noise = Noise(share_bps=NEVER)
        noise.learn(diff({"at": 1}, {"at": 2}))
        error = Judgement(verdict=Verdict.CANDIDATE_ERROR, differences=diff({"at": 1}, {"at": 2}))
        assert noise.without(error) is error
