"""HTML with a bounded number of levels.

Browsers, and whoever reads HTML as they do, look through all open tags at every tag: a text of a hundred thousand open
tags takes them minutes. Written anew by this file, in one pass, it has no more of them than ``MOST_LEVELS``, and an end
for each. What is in tags that are left out stays. Nothing here decides what is harmless.
"""

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser
from typing import Final

MOST_LEVELS: Final = 50

_VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_ENDS: Final = {
    **dict.fromkeys(
        (
            "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl", "fieldset",
            "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
            "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "ul", "xmp",
        ),
        frozenset({"p"}),
    ),
    "li": frozenset({"li", "p"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd", "p"})),
    **dict.fromkeys(("td", "th"), frozenset({"td", "th"})),
    "tr": frozenset({"tr", "td", "th"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"})),
}  # fmt: skip
"""Tags that end others which nobody has ended, with all that is open in those."""
_WITHIN: Final = frozenset({"ul", "ol", "dl", "table"})
"""Tags beyond which nothing is ended so."""
_DECLARATION: Final = re.compile(r"<!--|<!|<\?")
_NO_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")
"""What a JSON string can hold and PostgreSQL has no place for."""


def levelled(html: str) -> str:
    """Return the HTML with at most ``MOST_LEVELS`` levels, every tag ended, and no comments or declarations."""
    writer = _Writer()
    writer.feed(_closed(html))
    writer.close()
    writer.end_all()
    return "".join(writer.parts)


def _closed(html: str) -> str:
    """Return the HTML without comments and declarations, and with no tag that never ends.

    As browsers have it, a comment without an end lasts to the end. The parser is left none of either: it would
    look for the end of each anew, which takes minutes where somebody sends thousands of them.
    """
    parts, at = [], 0
    while opening := _DECLARATION.search(html, at):
        parts.append(html[at : opening.start()])
        closing = "-->" if opening[0] == "<!--" else ">"
        end = html.find(closing, opening.end())
        at = len(html) if end == -1 else end + len(closing)
    parts.append(html[at:])
    rest = _NO_TEXT.sub("", "".join(parts))
    last = rest.rfind(">") + 1
    return rest[:last] + rest[last:].replace("<", "&lt;")


class _Writer(HTMLParser):
    """Writes what it reads, with an end for every tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_before(tag)
        if tag not in _VOID:
            if len(self._open) == MOST_LEVELS:
                return
            self._open.append(tag)
            self._counts[tag] += 1
        self.parts.append(f"<{tag}{''.join(map(_attribute, attrs))}>")

    def handle_endtag(self, tag: str) -> None:
        if self._counts[tag]:
            while self._end() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data, quote=False))

    def end_all(self) -> None:
        """End what is open."""
        while self._open:
            self._end()

    def _end_before(self, tag: str) -> None:
        """End, as browsers do, what cannot hold this tag: left to them they open all that was in it once more."""
        outermost = None
        for level in range(len(self._open) - 1, -1, -1):
            if self._open[level] in _ENDS.get(tag, ()):
                outermost = level
            if self._open[level] in _WITHIN:
                break
        while outermost is not None and len(self._open) > outermost:
            self._end()

    def _end(self) -> str:
        tag = self._open.pop()
        self._counts[tag] -= 1
        self.parts.append(f"</{tag}>")
        return tag


def _attribute(given: tuple[str, str | None]) -> str:
    name, value = given
    return f' {name}="{escape(value or "")}"'
