"""ARCHITECTURE.md and CONTRIBUTING.md speak of the code as it is."""

import re

import pytest

from .rooms import BEGIN, END, HARNESS, PAGE, ROOT, drawn, redrawn

ARCHITECTURE = PAGE.read_text()
HOMES = (ROOT, *(ROOT / name for name in ("migration_harness", "igny8_core")))


def paths_in(line):
    """Return what stands in backticks and can only be a path: no address, no command, no pattern."""
    spans = re.findall(r"`([^`\s*]+)`", line)
    return [each for each in spans if re.search(r"^[^/].*/|\.(?:py|sql|toml|md|tsx?)$|^\.\w+$", each)]


def missing_in(text):
    """Return the paths that lead nowhere: from the root, from a product, or from a folder that the line has named."""
    missing = []
    for line in text.splitlines():
        homes = list(HOMES)
        for path in paths_in(line):
            found = next((home / path for home in homes if (home / path).exists()), None)
            if found is None:
                missing.append(path)
            elif found.is_dir():
                homes.append(found)
    return missing


def rows_of(text):
    """Return the folders and files that a row of a table is about."""
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\S+?)`", cell)}


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package of two rooms, of which the upper one imports the lower one."""
    for room in ("upper", "lower"):
        (tmp_path / "house" / room).mkdir(parents=True)
        (tmp_path / "house" / room / "__init__.py").write_text(f'"""The {room} room."""\n')
    (tmp_path / "house" / "__init__.py").write_text('"""A house."""\n')
    (tmp_path / "house" / "lower" / "bed.py").touch()
    (tmp_path / "house" / "upper" / "stairs.py").write_text("from house.lower import bed\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "house"


class TestPicture:
    def test_shows_the_rooms_as_the_code_has_them(self):
        assert redrawn(ARCHITECTURE, HARNESS) == ARCHITECTURE, "ARCHITECTURE.md shows other rooms: run `make rooms`."

    def test_puts_a_room_above_those_it_imports(self, house):
        assert drawn(house) == (
            " 2  upper  The upper room.\n"
            "           → lower\n"
            " 1  lower  The lower room."
        )  # fmt: skip

    def test_leaves_the_rest_of_the_page_alone(self, house):
        page = redrawn(f"Above\n{BEGIN}\nold\n{END}\nBelow\n", house)
        assert (page.startswith("Above\n"), page.endswith("\nBelow\n"), "old" in page) == (True, True, False)

    def test_refuses_a_room_without_its_line(self, house):
        (house / "upper" / "__init__.py").write_text("")
        with pytest.raises(ValueError, match=r"upper/__init__\.py has no docstring"):
            drawn(house)


class TestPages:
    @pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
    def test_name_files_that_exist(self, page):
        text = (ROOT / page).read_text()
        assert len(paths_in(text)) > 10
        assert missing_in(text) == []

    def test_say_of_every_folder_of_the_harness_what_is_load_bearing(self):
        folders = {f"{path.name}/" for path in HARNESS.iterdir() if path.is_dir() and not path.name.startswith("__")}
        assert folders - rows_of(ARCHITECTURE) == set()

    def test_say_of_every_module_beside_the_rooms_what_it_is(self):
        modules = {path.name for path in HARNESS.glob("*.py")} - {"__init__.py"}
        assert modules - rows_of(ARCHITECTURE) == set()
