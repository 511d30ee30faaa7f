"""``harness legacy scan``: the five lines of the list, on the tree as it is and on small trees."""

import json
import shutil
from pathlib import Path

import pytest

from igny8_core.legacy_lines import LEGACY, MODELS, STAYING_FIELDS
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.plan import Plan

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
    "frontend/vite.config.ts": "export default 'gpt-5.1';\n",
}
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
    def test_finds_nothing_in_a_clean_tree(self, scan, tree):
        assert scan(tree()) == {line.name: [] for line in LEGACY}

    @pytest.mark.parametrize("name", REMAINS)
    def test_finds_what_remains_of_a_line_and_says_that_it_is_of_that_line(self, scan, tree, name):
        found = scan(tree(REMAINS[name]))
        assert {line: sorted(places) for line, places in found.items()} == {
            line.name: sorted(REMAINS[name]) if line.name == name else [] for line in LEGACY
        }

    @pytest.mark.parametrize("model", MODELS)
    def test_knows_every_model_in_the_frontend(self, scan, tree, model):
        line = ("frontend/src/app.ts", f'const model = "{model}";')
        assert scan(tree([line]))["frontend"] == [line]

    def test_finds_nothing_where_there_are_no_such_files(self, scan, tmp_path):
        assert scan(str(tmp_path)) == {line.name: [] for line in LEGACY}

    def test_names_file_and_line_for_people(self, harness, tree):
        code, out, _ = harness("legacy", "scan", "--root", tree(REMAINS["fallback"]))
        assert code == 0
        assert "No fallback to constants in ModelRegistry (fallback): 2 remain" in out
        assert "igny8_core/ai/model_registry.py:2" in out
        assert "No API keys in GlobalIntegrationSettings (keys): none remains" in out
        assert "2 places remain." in out

    def test_says_when_it_is_over(self, harness, tree):
        assert "No legacy remains." in harness("legacy", "scan", "--root", tree())[1]

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
        monkeypatch.setattr("migration_harness.cli.legacy.plan", lambda: Plan(phases=()))
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
