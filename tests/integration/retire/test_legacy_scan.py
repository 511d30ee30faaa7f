"""``harness legacy scan``: the five lines of the list, on the tree as it is and on small trees."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from igny8_core.legacy_lines import LEFT_OVER, LEGACY, MODELS, STAYING_FIELDS
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.plan import Phase, Plan
from migration_harness.queries.remains import SCHEMA, legacy_lines, remains
from migration_harness.retire.drops import DroppedTable

SETTINGS = "igny8_core/modules/system/global_settings_models.py"
MODEL = "class GlobalIntegrationSettings(models.Model):\n"
STAYING = "".join(f"    {name} = models.CharField(max_length=9)\n" for name in sorted(STAYING_FIELDS))

CLEAN = {
    "igny8_core/ai/constants.py": "# MODEL_RATES were here.\nSTEPS = 20\n",
    "igny8_core/ai/model_registry.py": "def get_model(name): ...\n",
    "igny8_core/ai/legacy/rates.py": "",
    SETTINGS: MODEL + STAYING,
    "frontend/src/pages/Sites/Settings.tsx": "const models = await load('/api/v1/system/ai-models/');\n",
    "frontend/src/pages/Sites/Settings.test.tsx": "expect(choices).toContain('gpt-5.1');\n",
    "frontend/src/__tests__/models.ts": "export const ROWS = ['gpt-5.1'];\n",
    "frontend/dist/app.js": "const model='gpt-5.1';\n",
    "igny8_core/seed.py": "MODELS = ('gpt-5.1',)\n",
    "igny8_core/settings/__init__.py": "DEBUG = False\n",
    "igny8_core/templates/page.html": "<p>{{ model }}</p>\n",
    "igny8_core/rates.json": "{}\n",
    "docs/reference.md": "# Reference\n\nlegacy\n",
}
pytestmark = pytest.mark.usefixtures("db")

ALL = (*LEGACY, *LEFT_OVER)
REMAINS = {
    "rates": [
        ("igny8_core/ai/constants.py", "IMAGE_MODEL_RATES = {}"),
        ("igny8_core/ai/constants.py", "MODEL_RATES = {}"),
    ],
    "keys": [(SETTINGS, f"{name}_api_key = models.CharField()") for name in ("openai", "dalle", "runware", "bria")],
    "frontend": [
        ("frontend/src/pages/Sites/Settings.tsx", '<option value="gpt-4o-mini">'),
        ("frontend/src/legacy/models.ts", "export const CHOICES = ['runware:97@1'];"),
    ],
    "fallback": [
        ("igny8_core/ai/model_registry.py", "from igny8_core.ai.constants import MODEL_RATES"),
        ("igny8_core/ai/model_registry.py", "rate = constants.IMAGE_MODEL_RATES.get('x')"),
    ],
    "fields": [
        (SETTINGS, "openai_model = models.CharField()"),
        (SETTINGS, "default_text_provider = models.CharField()"),
    ],
}


@pytest.fixture
def tree(tmp_path):
    def tree(more=()):
        """Write the clean tree, and more lines at the ends of its files."""
        files = dict(CLEAN)
        for path, text in more:
            indent = "    " if path == SETTINGS else ""
            files[path] = f"{files.get(path, '')}{indent}{text}\n"
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return str(tmp_path)

    return tree


@pytest.fixture
def scan(harness):
    def scan(root):
        code, out, err = harness("legacy", "scan", "--root", root, "--json")
        assert code == 0, err
        found = json.loads(out)
        return {line["name"]: [(each["path"], each["text"]) for each in line["findings"]] for line in found["lines"]}

    return scan


class TestScan:
    @pytest.mark.legacy
    def test_finds_nothing_in_a_clean_tree(self, scan, tree):
        assert scan(tree()) == {line.name: [] for line in ALL} | {"schema": []}

    @pytest.mark.parametrize("name", REMAINS)
    def test_finds_what_remains_of_a_line_and_says_that_it_is_of_that_line(self, scan, tree, name):
        found, names = scan(tree(REMAINS[name])), [line.name for line in ALL] + ["schema"]
        assert {line: sorted(places) for line, places in found.items()} == {
            line: sorted(REMAINS[name]) if line == name else [] for line in names
        }

    @pytest.mark.parametrize("model", MODELS)
    def test_knows_every_model_in_the_frontend(self, scan, tree, model):
        line = ("frontend/src/app.ts", f'const model = "{model}";')
        assert scan(tree([line]))["frontend"] == [line]

    @pytest.mark.legacy
    def test_finds_nothing_where_there_are_no_such_files(self, scan, tmp_path):
        assert scan(str(tmp_path)) == {line.name: [] for line in ALL} | {"schema": []}

    def test_names_file_and_line_for_people(self, harness, tree):
        code, out, _ = harness("legacy", "scan", "--root", tree(REMAINS["fallback"]))
        assert code == 0
        assert "No fallback to constants in ModelRegistry (fallback): 2 remain" in out
        assert "igny8_core/ai/model_registry.py:2" in out
        assert "No API keys in GlobalIntegrationSettings (keys): none remains" in out
        assert "2 places remain." in out

    @pytest.mark.legacy
    def test_says_of_another_tree_that_nobody_knows_its_database(self, harness, tree):
        out = harness("legacy", "scan", "--root", tree())[1]
        assert "(schema): unknown, there is nothing to look at here" in " ".join(out.split())
        assert "Nothing was found; whether legacy remains is unknown" in out

    def test_says_when_it_is_over(self, harness, tree, monkeypatch):
        monkeypatch.setattr(settings, "BASE_DIR", tree())
        monkeypatch.setattr("migration_harness.queries.remains.plan", lambda: Plan(phases=(), legacy=ALL))
        assert "No legacy remains." in harness("legacy", "scan")[1]

    def test_says_that_nobody_knows_where_there_is_nothing_to_look_at(self, harness, tree):
        root = Path(tree())
        shutil.rmtree(root / "frontend")
        out = harness("legacy", "scan", "--root", str(root))[1]
        assert "(frontend): unknown, there is nothing to look at here: frontend/src/**/*.ts" in out
        assert "(rates): none remains" in out
        assert "No legacy remains." not in out

    def test_fails_where_a_file_cannot_be_read(self, harness, tree):
        code, _, err = harness("legacy", "scan", "--root", tree([("igny8_core/ai/model_registry.py", "def (")]))
        assert (code, "model_registry.py is no Python" in err) == (1, True)

    def test_fails_where_the_plan_lists_nothing(self, harness, monkeypatch):
        monkeypatch.setattr("migration_harness.queries.remains.plan", lambda: Plan(phases=()))
        code, _, err = harness("legacy", "scan")
        assert (code, "declares no legacy code" in err) == (1, True)

    def test_of_a_folder_that_is_not_there_is_wrong_usage(self, harness, tmp_path):
        assert harness("legacy", "scan", "--root", str(tmp_path / "nowhere"))[0] == 2

    @pytest.mark.legacy
    def test_finds_the_keys_and_the_rates_of_this_tree(self, harness):
        found = json.loads(harness("legacy", "scan", "--json")[1])
        lines = {line["name"]: line["findings"] for line in found["lines"]}
        assert (len(lines["rates"]), len(lines["keys"]), len(lines["fields"])) == (2, 5, 5)
        assert found["remaining"] == sum(len(findings) for findings in lines.values())
        names = {field.name for field in GlobalIntegrationSettings._meta.get_fields()} - {"id"}
        gone = {each["text"].split()[0] for name in ("keys", "fields") for each in lines[name]}
        assert names - gone == STAYING_FIELDS


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    root = tmp_path_factory.mktemp("copy")
    for folder in ("igny8_core", "dashboards", "rest_api"):
        shutil.copytree(Path(settings.BASE_DIR) / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def fallbacks_in(root):
    (line,) = [each for each in LEGACY if each.name == "fallback"]
    (remaining,) = remains([line], root=root)
    return {(place.path, place.text) for place in remaining.places}


@pytest.fixture(scope="module")
def before(copy, django_db_setup, django_db_blocker):
    """What the copy has of its own."""
    with django_db_blocker.unblock():
        return fallbacks_in(copy)


class TestThePlantedFallback:
    """Planted into a copy of this tree, and found wherever it hides."""

    @pytest.fixture
    def planted(self, copy, before):
        kept = {}

        def plant(**files):
            for name, change in files.items():
                path = copy / "igny8_core" / f"{name.replace('__', '/')}.py"
                kept[path] = path.read_text() if path.exists() else None
                path.write_text(change(kept[path] or ""))
            return fallbacks_in(copy) - before

        yield plant
        for path, text in kept.items():
            path.unlink() if text is None else path.write_text(text)

    def test_behind_another_module_and_another_name(self, planted):
        registry = "from igny8_core.ai.sizes import BY_NAME\n\n\nclass ModelRegistry:\n    _rates = BY_NAME\n"
        found = planted(
            ai__model_registry=lambda text: text.replace("class ModelRegistry:\n", registry),
            ai__sizes=lambda _: "from igny8_core.ai.shapes import SHAPES as BY_NAME\n",
            ai__shapes=lambda _: "SHAPES = {'gpt-' + '4o': 2, 'dall-e-3': 3}\n",
        )
        assert ("igny8_core/ai/shapes.py", "SHAPES = {'gpt-' + '4o': 2, 'dall-e-3': 3}") in found

    @pytest.mark.parametrize(
        "line",
        [
            "return rows.get(name, DEFAULT)",
            "return row or Decimal('0.04')",
            "return getattr(constants, 'MODEL' + '_RATES')",
        ],
    )
    def test_within_the_registry(self, planted, line):
        found = planted(
            ai__model_registry=lambda text: text.replace(
                "class ModelRegistry:\n", f"class ModelRegistry:\n    def planted(self, name):\n        {line}\n\n"
            )
        )
        assert ("igny8_core/ai/model_registry.py", line) in found


class TestTheSchema:
    def findings(self):
        (found,) = remains([line for line in legacy_lines() if line.name == SCHEMA])
        return {(place.path, place.text) for place in found.places}

    @pytest.mark.legacy
    def test_is_that_of_the_database_and_of_the_migrations(self):
        found, column = self.findings(), "column system_globalintegrationsettings.openai_api_key"
        in_database = {("database", column), ("database", "table billing_creditcostconfig")}
        assert {*in_database, ("schema migrations", column)} <= found
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE system_globalintegrationsettings DROP COLUMN openai_api_key")
            cursor.execute("DROP TABLE billing_creditcostconfig")
        assert found - self.findings() == in_database

    def test_of_a_model_whose_code_is_gone_is_found_by_its_name(self, monkeypatch):
        phase = Phase(number=1, name="", risk="", way_back="", drops=(DroppedTable(model="gone.OldThing"),))
        monkeypatch.setattr("migration_harness.queries.remains.plan", lambda: Plan(phases=(phase,)))
        assert self.findings() == set()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE gone_oldthing (id int)")
        assert self.findings() == {("database", "table gone_oldthing")}


@pytest.mark.usefixtures("demo")
class TestReach:
    def reached(self, *, as_if_complete=False):
        lines = [line for line in legacy_lines() if line.name == "reach"]
        (found,) = remains(lines, as_if_complete=as_if_complete)
        return {place.path for place in found.places}

    @pytest.mark.legacy
    def test_is_of_the_seams_whose_flag_is_complete_for_everyone(self):
        assert self.reached() == set()
        change_flag(name="model-selection", change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="ada")
        found = self.reached()
        assert {"igny8_core/ai/legacy/models.py", "igny8_core/ai/model_registry.py"} <= found
        assert "igny8_core/ai/legacy/provider_keys.py" not in found
        assert "igny8_core/ai/legacy/provider_keys.py" in self.reached(as_if_complete=True)
