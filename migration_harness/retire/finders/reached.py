"""What code leads to: what only a retired seam does, and what one class must not."""

from collections.abc import Iterator
from dataclasses import dataclass

from migration_harness.retire.finders.places import place
from migration_harness.retire.finders.texts import whole
from migration_harness.retire.lines import Place
from migration_harness.retire.reach.definitions import BODY
from migration_harness.retire.reach.graph import Graph, Key
from migration_harness.retire.sources import Sources
from migration_harness.syntax.texts import texts_in

_LEGACY = "/legacy/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyThroughSeams:
    """Definitions that only the control of a retired seam leads to: one whose flag is complete for everyone.

    ``files`` are all of the host's code, without its tests. What a file does when it is imported is needed, but for
    that of packages named ``legacy``.
    """

    files: tuple[str, ...]
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield each definition, or the file where it has no other."""
        if not sources.retired:
            return
        graph = Graph(sources, _python(sources, self.files, self.but_not))
        start = [key for key in graph.bodies() if _LEGACY not in f"/{key[0]}"]
        lost = graph.reached(start) - graph.reached(start, cut=sources.retired)
        yield from _as_places(graph, lost, sources)

    def unseen(self, sources: Sources) -> Iterator[str]:
        """Yield what could not be looked at."""
        if sources.retired is None:
            yield "which flags are complete for everyone"
        elif not sources.files(self.files):
            yield from self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedFrom:
    """What a class or a function of one file leads to through whatever names: some names, or some words in texts.

    So a table of constants is found under another name, behind another module.
    """

    path: str
    start: str
    names: frozenset[str]
    words: tuple[str, ...]
    files: tuple[str, ...]
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield where each of them is defined."""
        paths = _python(sources, self.files, self.but_not)
        graph = Graph(sources, paths)
        own = [name for name in graph.names_in(self.path) if name == self.start or name.startswith(f"{self.start}.")]
        pattern = whole(self.words)
        for path, name in graph.reached(((self.path, name) for name in own), runs=False):
            if name == BODY:
                continue
            code = graph.definition((path, name)).code
            says = any(pattern.search(text) for node in code for _, text in texts_in(node))
            if says or name in self.names:
                yield place(sources, path, graph.definition((path, name)).line)


def _python(sources: Sources, files: tuple[str, ...], but_not: tuple[str, ...]) -> list[str]:
    return [path for path in sources.files(files, but_not=but_not) if path.endswith(".py")]


def _as_places(graph: Graph, lost: set[Key], sources: Sources) -> Iterator[Place]:
    """Yield a place for each definition; one for a class with its methods, and one for a file of which all is lost."""
    for path in sorted({path for path, _ in lost}):
        names = {name for where, name in lost if where == path}
        if names >= set(graph.names_in(path)) and BODY in names:
            yield Place(path=path, line=0, text="the whole file")
            continue
        for name in sorted(names - {BODY}):
            definition = graph.definition((path, name))
            if definition.of_class not in names:
                yield place(sources, path, definition.line)
