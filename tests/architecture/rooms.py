"""Draws the rooms of the harness into ARCHITECTURE.md, from the imports of the code: ``make rooms``.

A room is a folder of ``migration_harness`` with Python in it; its line is the first one of its docstring. Its floor
is one above the highest room that it imports, so a room stands on those below it.
"""

import ast
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ARCHITECTURE.md"
HARNESS = ROOT / "migration_harness"
BEGIN, END = "<!-- rooms: drawn by `make rooms` -->", "<!-- rooms: end -->"

Imports = Mapping[str, frozenset[str]]


def redrawn(page: str, package: Path) -> str:
    """Return the page with the rooms of ``package`` as they are now between its two markers."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n```text\n{drawn(package)}\n```\n{END}{after}"


def drawn(package: Path) -> str:
    """Return the picture: the highest floor first, and what each room imports; raises what ``line_of`` raises."""
    imports = imports_of_rooms(package)
    floors = floors_of(imports)
    width = max(map(len, imports))
    lines = []
    for room in sorted(imports, key=lambda room: (-floors[room], room)):
        lines.append(f"{floors[room]:2}  {room:{width}}  {line_of(package / room)}")
        if below := sorted(imports[room]):
            lines.append(f"    {'':{width}}  → {' '.join(below)}")
    return "\n".join(lines)


def imports_of_rooms(package: Path) -> Imports:
    """Return which rooms each room imports, apart from what is imported for the type checker alone."""
    graph = grimp.build_graph(package.name, exclude_type_checking_imports=True, cache_dir=None)
    rooms = {room for room in graph.find_children(package.name) if (package / _name(room)).is_dir()}
    for room in rooms:
        graph.squash_module(room)
    return {
        _name(room): frozenset(map(_name, graph.find_modules_directly_imported_by(room) & rooms - {room}))
        for room in rooms
    }


def floors_of(imports: Imports) -> dict[str, int]:
    """Return the floor of each room; 1 is the lowest. Raises CycleError, which names the rooms of a circle."""
    floors: dict[str, int] = {}
    for room in TopologicalSorter(imports).static_order():
        floors[room] = 1 + max((floors[below] for below in imports[room]), default=0)
    return floors


def line_of(room: Path) -> str:
    """Return what a room is about; raises ValueError where its docstring does not say so."""
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    if not docstring:
        raise ValueError(f"{room.name}/__init__.py has no docstring: say in a line what is in the room.")
    return docstring.splitlines()[0].replace("``", "")


def _name(room: str) -> str:
    return room.rpartition(".")[2]


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(), HARNESS))
