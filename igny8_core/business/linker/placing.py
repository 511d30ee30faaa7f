"""A link into HTML, and nothing else of it changed.

The place is found by parsing; the link is put into the text as it stands. Writing a parsed tree out again would
rewrite entities, quotes and everything that was not closed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
BARRED: Final = frozenset(
    {*_HEADINGS, "a", "code", "pre", "kbd", "samp", "script", "style", "textarea", "title", "button", "select", "svg"}
)
"""Tags in which no link is put: links, headings, code, and what shows no text."""


def place_link(html: str, *, phrase: str, address: str) -> str | None:
    """Return the HTML with the first free occurrence of ``phrase`` linked to ``address``; None where there is none.

    The phrase is found as whole words within one stretch of text, whatever the case and the width of blanks.
    """
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    if not words:
        return None
    wanted = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    for stretch in _read(html).stretches:
        if found := wanted.search("".join(piece.text for piece in stretch)):
            start, end = _source_of(stretch, found.start(), found.end())
            return f'{html[:start]}<a href="{escape(address)}">{html[start:end]}</a>{html[end:]}'
    return None


def addresses_in(html: str) -> Sequence[str]:
    """Return where the links of the HTML lead."""
    return _read(html).addresses


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text as a reader sees it, and where it stands in the HTML: an entity is one character there and several here."""

    text: str
    start: int
    end: int


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.stretches: list[list[_Piece]] = [[]]
        self.addresses: list[str] = []
        self._html = html
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._open = dict.fromkeys(("heading", *BARRED), 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stretches.append([])
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]
        if tag in BARRED:
            self._open[_kind(tag)] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # As browsers have it, the slash closes nothing.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.stretches.append([])
        if tag in BARRED and self._open[_kind(tag)]:
            self._open[_kind(tag)] -= 1

    def handle_data(self, data: str) -> None:
        self._text(data, len(data))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  The parser's signature.
        self.stretches.append([])

    def _reference(self, source: str) -> None:
        end = self._at + len(source)
        closed = source + ";" if self._html[end : end + 1] == ";" else source
        self._text(unescape(closed), len(closed))

    def _text(self, text: str, length: int) -> None:
        if not any(self._open.values()):
            self.stretches[-1].append(_Piece(text, self._at, self._at + length))

    @property
    def _at(self) -> int:
        line, offset = self.getpos()
        return self._lines[line - 1] + offset


def _kind(tag: str) -> str:
    """Return what an end tag closes: that of any heading closes a heading."""
    return "heading" if tag in _HEADINGS else tag


def _read(html: str) -> _Reader:
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader


def _source_of(stretch: Sequence[_Piece], start: int, end: int) -> tuple[int, int]:
    """Return where characters ``start`` to ``end`` of a stretch stand in the HTML."""
    begins = list(_begins(stretch))
    first, last = bisect_right(begins, start) - 1, bisect_right(begins, end - 1) - 1
    opening, closing = stretch[first], stretch[last]
    # An entity is taken whole; other text letter by letter.
    plain = opening.end - opening.start == len(opening.text)
    begin = opening.start + (start - begins[first]) if plain else opening.start
    plain = closing.end - closing.start == len(closing.text)
    return begin, closing.start + (end - begins[last]) if plain else closing.end


def _begins(stretch: Sequence[_Piece]) -> Iterator[int]:
    at = 0
    for piece in stretch:
        yield at
        at += len(piece.text)
