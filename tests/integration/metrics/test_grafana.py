"""Dashboards and alert rules: of what exists, and answered by a page that says what to do."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from migration_harness.metrics import HarnessCollector

from .test_metrics import unavailable

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "dashboards" / "grafana"
BOARDS = sorted(FOLDER.glob("*.json"))
RULES = (FOLDER / "alerts.yml").read_text()
ALERTS = re.findall(r"- alert: (\w+)", RULES)
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


@pytest.fixture
def exported(demo):
    """The name of every series of /metrics."""
    return {family.name + suffix for family in HarnessCollector().collect() for suffix in SUFFIXES[family.type]}


def named(text):
    return set(re.findall(r"\bharness_\w+", text))


def expressions(board):
    found = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return found + [each["expr"] for each in board["annotations"]["list"]]


def promtool(*arguments):
    program = shutil.which("promtool") or unavailable()
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


class TestDashboards:
    @pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
    def test_name_metrics_that_exist(self, path, exported):
        assert named(" ".join(expressions(json.loads(path.read_text())))) - exported == set()

    def test_show_every_metric_somewhere(self, exported):
        shown = named(RULES).union(*(named(" ".join(expressions(json.loads(p.read_text())))) for p in BOARDS))
        assert exported - shown == set()

    @pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
    def test_have_panels_that_explain_themselves(self, path):
        board = json.loads(path.read_text())
        assert [each["name"] for each in board["templating"]["list"]] == ["datasource"]
        assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1
        for panel in board["panels"]:
            assert (panel["datasource"]["uid"], bool(panel["description"])) == ("${datasource}", True)
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"]

    def test_have_addresses_of_their_own(self):
        uids = [json.loads(path.read_text())["uid"] for path in BOARDS]
        assert (len(set(uids)), "harness-overview" in uids) == (len(BOARDS), True)


class TestAlerts:
    def test_are_rules_that_prometheus_takes(self):
        promtool("check", "rules", "alerts.yml")

    def test_fire_when_they_should_and_not_before(self):
        promtool("test", "rules", "alerts_test.yml")

    def test_are_all_tested(self):
        assert set(re.findall(r"exp_alerts:|alertname: (\w+)", (FOLDER / "alerts_test.yml").read_text())) - {""} == set(
            ALERTS
        )

    def test_name_metrics_that_exist(self, exported):
        assert named(RULES) - exported == set()

    def test_have_each_a_chapter_that_says_what_to_do(self):
        page = (ROOT / "docs" / "how-to" / "answer-an-alert.md").read_text()
        assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == ALERTS
        assert re.findall(r"runbook: (\S+)", RULES) == [f"docs/how-to/answer-an-alert.md#{a.lower()}" for a in ALERTS]
