"""HTML of contents: what of it is kept, and what it says.

Contents come from AI models and from people, and browsers show them: what is stored has no tag, attribute or
address that is not listed here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Final

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

KEPT: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article"), frozenset()),
    **dict.fromkeys(("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "br", "hr"), frozenset()),
    **dict.fromkeys(("strong", "em", "b", "i", "u", "s", "mark", "small", "sub", "sup"), frozenset()),
    **dict.fromkeys(("code", "kbd", "q", "cite", "abbr", "span"), frozenset()),
    **dict.fromkeys(("table", "caption", "thead", "tbody", "tfoot", "tr", "figure", "figcaption"), frozenset()),
    **dict.fromkeys(("th", "td"), frozenset({"colspan", "rowspan"})),
    "a": frozenset({"href", "title"}),
    "img": frozenset({"src", "alt", "title", "width", "height"}),
}
"""Tags that are kept, each with its attributes that are."""

DROPPED: Final = frozenset({
    "script", "style", "template", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "button",
    "input", "select", "textarea", "svg", "math", "head", "title", "noscript", "noframes", "noembed", "xmp",
    "plaintext", "audio", "video", "canvas", "link", "meta", "base", "portal",
})  # fmt: skip
"""Tags that go with all that is in them. Of any other tag that is not kept, what is in it stays."""

SCHEMES: Final[Mapping[str, frozenset[str]]] = {
    "href": frozenset({"http", "https", "mailto", "tel"}),
    "src": frozenset({"http", "https"}),
}
"""Attributes that are addresses, each with the schemes that only show something."""

VOID: Final = frozenset({"br", "hr", "img"})
BLOCKS: Final = frozenset({
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article", "ul", "ol", "li", "dl", "dt", "dd",
    "blockquote", "pre", "br", "hr", "table", "caption", "tr", "th", "td", "figure", "figcaption",
})  # fmt: skip
"""Tags around which a reader sees a new line."""

_DECLARATION: Final = re.compile(r"<!--|<!|<\?")
_NO_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")
"""What a JSON string can hold and PostgreSQL has no place for."""
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


def sanitise(html: str) -> str:
    """Return the HTML without whatever could run, load or ask for something: tags, attributes, addresses, comments."""
    parts: list[str] = []
    # Walked with a list, not by recursion: nobody's depth of nesting is ours. End tags wait in it as they are.
    page = BeautifulSoup(_closed(html), "html.parser")
    waiting: list[PageElement | _End] = list(reversed(page.contents))
    while waiting:
        node = waiting.pop()
        if isinstance(node, _End):
            parts.append(node.tag)
        elif isinstance(node, Tag) and node.name not in DROPPED:
            if node.name in KEPT:
                parts.append(_opening(node))
                if node.name not in VOID:
                    waiting.append(_End(f"</{node.name}>"))
            waiting.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            parts.append(escape(node, quote=False))
    return "".join(parts).strip()


def text_of(html: str) -> str:
    """Return what a reader of sanitised HTML sees, a line a block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


def words_of(text: str) -> list[str]:
    """Return the words of a text; an apostrophe or a hyphen does not end one."""
    return _WORD.findall(text)


def word_count(html: str) -> int:
    """Return how many words a reader sees."""
    return len(words_of(text_of(html)))


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


@dataclass(frozen=True, slots=True)
class _End:
    tag: str


class _Reader(HTMLParser):
    """Collects the text, with a line break around every block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  The parser's signature.
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))


def _opening(tag: Tag) -> str:
    kept = KEPT[tag.name]
    attributes = [
        f' {name}="{escape(str(value))}"'
        for name, value in tag.attrs.items()
        if name in kept and (name not in SCHEMES or _may_be_followed(name, str(value)))
    ]
    return f"<{tag.name}{''.join(attributes)}>"


def _may_be_followed(attribute: str, address: str) -> bool:
    """Tell whether an address is relative or has a scheme that only shows something.

    Browsers skip blanks and control characters in an address, so they hide no scheme here.
    """
    bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]", "", address)
    scheme = re.match(r"([^/?#:]*):", bare)
    return scheme is None or scheme[1].lower() in SCHEMES[attribute]
