"""Words in files: as they stand there, and as they come out."""

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from migration_harness.retire.finders.places import place, places, statement_lines
from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources
from migration_harness.syntax.texts import names_for_texts, texts_in

_ESCAPED: Final = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_ADDED: Final = re.compile(r"""(['"`])((?:(?!\1)[^\n])*)\1(\s*)\+(\s*)(['"`])""")
_INSIDE: Final = re.compile(r"""\$\{\s*(?:(['"`])([^'"`{}]*)\1|([\w.]+))\s*\}""")
_JOINED: Final = re.compile(r"""\[((?:\s*(['"`])[^'"`]*\2\s*,?)+)\]\s*\.join\(\s*(['"`])([^'"`]*)\3\s*\)""")
_ONE: Final = re.compile(r"""(['"`])([^'"`]*)\1""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Lines that a regular expression matches, in the files of some glob patterns."""

    files: tuple[str, ...]
    pattern: str
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every line that matches."""
        pattern = re.compile(self.pattern)
        for path in sources.files(self.files, but_not=self.but_not):
            for number, line in enumerate((sources.text(path) or "").splitlines(), start=1):
                if pattern.search(line):
                    yield place(sources, path, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in files of any kind: whole, in any case, in any quotes or none, escaped, added or joined.

    Comments count: a word that is gone is in none.
    """

    files: tuple[str, ...]
    words: tuple[str, ...]
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every line that has one, as it stands there or as it comes out."""
        pattern = whole(self.words)
        for path in sources.files(self.files, but_not=self.but_not):
            text = sources.text(path) or ""
            found = [*pattern.finditer(text), *pattern.finditer(_as_it_comes_out(text))]
            yield from places(sources, path, (each.string.count("\n", 0, each.start()) + 1 for each in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInPython:
    """Statements of Python in which a text has one of these words, whole and in any case.

    Whether in a dictionary, a tuple, an enumeration or a comparison, and under whatever name; not in a docstring.
    """

    files: tuple[str, ...]
    words: tuple[str, ...]
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield the line on which each such statement begins."""
        pattern = whole(self.words)
        for path in sources.files(self.files, but_not=self.but_not):
            module = sources.module(path)
            if module is None:
                continue
            begins = statement_lines(module)
            lines = [node.lineno for node, text in texts_in(module, names_for_texts(module)) if pattern.search(text)]
            yield from places(sources, path, (begins.get(line, line) for line in lines))


def quoted(*texts: str) -> str:
    """Return the regular expression for one of these texts as a whole string literal, in any kind of quotes."""
    return rf"(['\"`])(?:{'|'.join(map(re.escape, texts))})\1"


def whole(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return the regular expression for one of these words that is no part of a longer one."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w@:-])(?<!\w\.)(?:{'|'.join(map(re.escape, longest_first))})(?![\w@:-])(?!\.\w)", re.IGNORECASE
    )


def _as_it_comes_out(text: str) -> str:
    """Return a script's or a page's text with escapes read and texts put together, in as many lines as before."""
    found = html.unescape(_ESCAPED.sub(_unescaped, text))
    for _ in range(len(found)):
        made = _JOINED.sub(_joined, _INSIDE.sub(_inside, _ADDED.sub(_added, found)))
        if made == found:
            break
        found = made
    return found


def _unescaped(each: re.Match[str]) -> str:
    number = int(next(filter(None, each.groups())), 16)
    return chr(number) if ord(" ") <= number < sys.maxunicode else " "


def _added(each: re.Match[str]) -> str:
    """Return the beginning of one text in place of the end of the first and the beginning of the second."""
    return f"{_breaks(each)}{each[5]}{each[2]}"


def _inside(each: re.Match[str]) -> str:
    return f"{each[2] or each[3] or ''}{_breaks(each)}"


def _joined(each: re.Match[str]) -> str:
    return f"{_breaks(each)}'{each[4].join(text for _, text in _ONE.findall(each[1]))}'"


def _breaks(each: re.Match[str]) -> str:
    return "\n" * each[0].count("\n")
