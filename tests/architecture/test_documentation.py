"""What the reference names exists, and what exists is in the reference."""

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from _pytest.fixtures import FixtureFunctionDefinition
from django.core.management import load_command_class

from dashboards import urls as console
from dashboards.api import requests, urls
from migration_harness import conf, pytest_plugin, testing
from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import TABLE, Stage
from migration_harness.metrics import HarnessCollector
from migration_harness.testing import contracts
from rest_api.strict import StrictSerializer
from tests.integration.service_api.routes import service_routes

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
_NAMES = {"pk": "ID"}


def section(title):
    return REFERENCE.split(f"## {title}\n")[1].split("\n## ")[0]


def sources(*packages):
    for package in packages:
        for path in (ROOT / package).rglob("*.py"):
            # Of the path within the checkout: that may itself stand in a folder of any name.
            within = path.relative_to(ROOT)
            if "migrations" not in within.parts and "tests" not in within.parts:
                yield within, path.read_text()


def tables(text):
    """The tables of a page, each as the names that its rows begin with."""
    rows = [line.split("|")[1].strip() if line.startswith("|") else None for line in text.splitlines()]
    for is_row, group in groupby(rows, key=lambda cell: cell is not None):
        if is_row:
            yield [cell for cell in group if cell.startswith("`")]


@pytest.mark.parametrize("page", [ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")], ids=lambda page: page.name)
class TestTable:
    def test_says_once_what_each_name_is(self, page):
        twice = [name for table in tables(page.read_text()) for name, times in Counter(table).items() if times > 1]
        assert twice == []


class TestReference:
    def test_names_every_verb_and_no_other(self):
        command = load_command_class("migration_harness", "harness")
        verbs = command.get_subcommand().children
        groups = {(verb, inner) for verb, node in verbs.items() for inner in node.children}
        documented = re.findall(r"^\| `([\w-]+)(?: (\w+)?[^`]*)?` \|", section("Commands"), re.MULTILINE)
        assert {verb for verb, _ in documented} == set(verbs)
        assert {(verb, inner) for verb, inner in documented if verbs[verb].children} == groups

    def test_names_every_endpoint_and_no_other(self):
        documented = re.findall(r"^\| `([A-Z]+) (\S+)` \|", section("REST API for operators"), re.MULTILINE)
        routed = {
            (method.upper(), re.sub(r"<\w+:(\w+)>", lambda found: found[1].upper(), str(pattern.pattern)))
            for pattern in urls.urlpatterns
            if pattern.name != "nowhere"
            for method in ("get", "post", "put", "patch", "delete")
            if hasattr(pattern.callback.view_class, method)
        }
        assert len(documented) == len(set(documented))
        assert set(documented) == routed

    def test_names_every_page_and_no_other(self):
        documented = re.findall(r"^\| `/migration/(\S*)` \|", section("Console"), re.MULTILINE)
        routed = {re.sub(r"<\w+:(\w+)>", lambda found: found[1].upper(), str(p.pattern)) for p in console.urlpatterns}
        assert sorted(documented) == sorted(routed)

    def test_names_every_endpoint_for_customers_and_no_other(self):
        documented = re.findall(r"^\| `([A-Z]+) (\S+)` \|", section("REST API for customers"), re.MULTILINE)
        routed = {
            (method, re.sub(r"\{(\w+)\}", lambda found: _NAMES.get(found[1], found[1].upper()), route.template[8:]))
            for route in service_routes()
            for method in route.methods
        }
        assert len(documented) == len(set(documented))
        assert set(documented) == routed

    def test_names_every_field_of_a_request(self):
        text = section("REST API for operators")
        read = [
            each for each in vars(requests).values() if isinstance(each, type) and issubclass(each, StrictSerializer)
        ]
        fields = {name for serializer in read for name in serializer().fields}
        assert {name for name in fields if not re.search(rf"[`?]{name}[`=]", text)} == set()

    def test_names_every_option(self):
        text = section("Commands")
        for path, source in sources("migration_harness/cli"):
            for option in re.findall(r'Option\(\s*"(--[a-z-]+)"', source):
                assert option in text, f"{option} of {path.name}"

    def test_names_every_event_and_no_other(self):
        logged = set()
        for _, source in sources("migration_harness", "igny8_core", "dashboards"):
            logged |= set(re.findall(r'"(harness\.[a-z_]+)"', source))
        # Intended and both_error are logged by their verdict.
        logged |= {"harness.intended", "harness.both_error"}
        assert set(re.findall(r"`(harness\.[a-z_]+)`", section("Events"))) == logged

    @pytest.mark.django_db
    def test_names_every_metric_and_no_other(self):
        documented = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", section("Metrics"), re.MULTILINE)
        told = {(name.removesuffix("_total"), kind, labels) for name, kind, labels in documented}
        exported = {(each.name, each.type, ", ".join(each._labelnames) or "–") for each in HarnessCollector().collect()}
        assert (len(documented), told) == (len(exported), exported)

    def test_names_every_system_check_and_no_other(self):
        source = (ROOT / "migration_harness" / "checks.py").read_text()
        assert set(re.findall(r"migration_harness\.[EW]\d+", section("System checks"))) == set(
            re.findall(r"migration_harness\.[EW]\d+", source)
        )

    def test_names_every_setting_of_the_harness(self, settings):
        documented = set(re.findall(r"^\| `([A-Z_]+)` \|", section("Settings"), re.MULTILINE))
        assert set(settings.HARNESS) - documented == set()
        assert documented == set(re.findall(r"^``([A-Z_]+)``", conf.__doc__, re.MULTILINE))

    def test_names_all_that_the_tests_of_a_host_may_use(self):
        documented = re.findall(r"^\| `(\w+)` \|", section("Testing a host"), re.MULTILINE)
        fixtures = {name for name, each in vars(pytest_plugin).items() if isinstance(each, FixtureFunctionDefinition)}
        named = {each for each in fixtures if not each.startswith("_")}
        assert sorted(documented) == sorted([*testing.__all__, *named, *contracts.__all__])

    def test_names_every_variable_of_the_environment(self):
        read = set()
        for path, source in sources("igny8_core"):
            if "test" not in path.name and "test_database" not in path.parts:
                read |= set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_0-9]+)"', source))
                read |= set(re.findall(r'local_secret\(\s*"([A-Z_0-9]+)"', source))
        missing = {name for name in read if f"`{name}`" not in section("Settings")} - {"DJANGO_SETTINGS_MODULE"}
        assert missing == set()

    @pytest.mark.parametrize("stage", Stage)
    def test_shows_each_stage_as_the_table_has_it(self, stage):
        rule = TABLE[stage]
        row = [
            stage.value, ", ".join(rule.reads), rule.answers.value, ", ".join(rule.writes),
            "yes" if rule.compared else "–", rule.rollback.value,
        ]  # fmt: skip
        assert f"| {' | '.join(row)} |" in section("Stages")


class TestGlossary:
    def test_names_every_stage_and_verdict(self):
        assert all(word.value in GLOSSARY for word in (*Stage, *Verdict))


class TestLinks:
    @pytest.mark.parametrize(
        "page",
        sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]),
    )
    def test_of_a_page_lead_somewhere(self, page):
        path = ROOT / page
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), target
