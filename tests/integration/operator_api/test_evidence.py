"""What was compared in the evidence window that is now."""

import json
from dataclasses import asdict

from django.utils.dateparse import parse_datetime

from migration_harness import queries

from ..evidence_rows import NOW, compared
from .clients import API


def phase_4(client):
    (phase,) = (each for each in client.get(f"{API}evidence/").json()["results"] if each["number"] == 4)
    return phase


class TestEvidence:
    def test_is_what_the_query_finds(self, operator):
        compared(600)
        phase = phase_4(operator)
        (found,) = (each for each in queries.evidence_by_phase() if each.number == 4)
        times = ("since", "last_at")
        expected = json.loads(json.dumps(asdict(found), default=str))
        for seam in (*expected["seams"], *phase["seams"]):
            seam |= {name: parse_datetime(seam[name] or "") for name in times}
            seam["began"]["at"] = parse_datetime(seam["began"]["at"] or "")
        assert phase == expected

    def test_tells_no_data_from_zero(self, operator):
        compared(3, verdict="both_error")
        counts = {each["execution_path"]: each["comparisons"] for each in phase_4(operator)["strata"]
                  if each["operation"] == "clustering"}  # fmt: skip
        assert counts == {"manual": 0, "run_now": None, "scheduled": None}

    def test_has_the_bound_as_a_number_and_none_without_a_comparison(self, operator):
        compared(600)
        seams = {each["name"]: each for each in phase_4(operator)["seams"]}
        assert 0.0084 < seams["credits.text"]["bound"] < 0.0085
        assert parse_datetime(seams["credits.text"]["since"]) == NOW
        assert (seams["credits.image"]["bound"], seams["credits.image"]["since"]) == (None, None)
