"""Waffle's ``{% flag %}`` in templates: a retired flag is on, so what is shown then stays, and the tags go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

_TAG: Final = re.compile(r"\{%-?\s*(\w+)\s*([^%]*?)\s*-?%\}")
_NAME: Final = re.compile(r"""^(["'])([^"']+)\1""")
_WITH_ELSE: Final = frozenset({"if", "ifchanged", "for", "flag", "switch", "sample"})
_AS_WRITTEN: Final = frozenset({"comment", "verbatim"})
_OF_WAFFLE: Final = re.compile(r"\{%-?\s*(?:flag|switch|sample)\b")
_LOAD: Final = re.compile(r"(\{%-?\s*load\b[^%]*?)\s*\bwaffle_tags\b([^%]*%\})")


@dataclass(slots=True, kw_only=True)
class _Block:
    """A tag that is open: where it begins, its else, and its end."""

    word: str
    flag: str
    opens: tuple[int, int]
    otherwise: tuple[int, int] | None = None
    closes: tuple[int, int] = (0, 0)


def unfold(tree: Tree, retired: Retired) -> None:
    """Take every question about a retired flag out of the templates."""
    for path in tree:
        if not path.endswith(".py") and "{% flag" in tree.text(path):
            tree.write(path, without_flags(tree.text(path), retired.flags))


def without_flags(text: str, flags: frozenset[str]) -> str:
    """Return a template without its questions about these flags, and without waffle's tags where none is left."""
    folded = text
    while block := next((each for each in _blocks(folded) if each.flag in flags), None):
        start, inner = _whole_line(folded, block.opens)
        until, _ = _whole_line(folded, block.otherwise or block.closes)
        _, end = _whole_line(folded, block.closes)
        folded = folded[:start] + folded[inner:until] + folded[end:]
    return folded if folded == text or _OF_WAFFLE.search(folded) else _without_load(folded)


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the blocks of a template, those inside before those around them."""
    waiting: list[_Block] = []
    as_written = ""
    for tag in _TAG.finditer(text):
        word, rest = tag[1], tag[2]
        if as_written or word in _AS_WRITTEN:
            as_written = "" if word == f"end{as_written}" else as_written or word
        elif word in _WITH_ELSE:
            named = _NAME.match(rest) if word == "flag" else None
            waiting.append(_Block(word=word, flag=named[2] if named else "", opens=tag.span()))
        elif word == "else" and waiting:
            waiting[-1].otherwise = tag.span()
        elif waiting and word == f"end{waiting[-1].word}":
            block = waiting.pop()
            block.closes = tag.span()
            yield block


def _whole_line(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Return the span of a tag; where it stands alone on its line, that of the line."""
    start, end = text.rfind("\n", 0, span[0]) + 1, text.find("\n", span[1])
    end = len(text) if end < 0 else end + 1
    is_alone = not text[start : span[0]].strip() and not text[span[1] : end].strip()
    return (start, end) if is_alone else span


def _without_load(text: str) -> str:
    """Return a template that does not load waffle's tags; a tag that loads nothing else goes as a whole."""
    loads = _LOAD.search(text)
    if loads is None:
        return text
    others = re.sub(r"\{%-?\s*load\s*|\s*-?%\}", "", loads[1] + loads[2])
    if others.strip():
        return text[: loads.start()] + loads[1] + loads[2] + text[loads.end() :]
    start, end = _whole_line(text, loads.span())
    return text[:start] + text[end:]
