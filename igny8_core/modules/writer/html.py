"""HTML of contents: what of it is kept, and what it says.

Contents come from AI models and from people, and browsers show them: what is stored has no tag, attribute or
address that is not listed here. nh3 sees to it, which reads HTML as browsers do.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final

import nh3

from igny8_core.modules.writer.html_levels import levelled

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

BLOCKS: Final = frozenset({
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article", "ul", "ol", "li", "dl", "dt", "dd",
    "blockquote", "pre", "br", "hr", "table", "caption", "tr", "th", "td", "figure", "figcaption",
})  # fmt: skip
"""Tags around which a reader sees a new line."""

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


def sanitise(html: str) -> str:
    """Return the HTML without whatever could run, load or ask for something: tags, attributes, addresses, comments."""
    return _CLEANER.clean(levelled(html)).strip()


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


def _kept_attribute(_tag: str, name: str, value: str) -> str | None:
    """Return the value that an attribute keeps; None: it goes."""
    return value if name not in SCHEMES or _may_be_followed(name, value) else None


def _may_be_followed(attribute: str, address: str) -> bool:
    """Tell whether an address is relative or has a scheme that only shows something.

    Browsers skip blanks and control characters in an address, so they hide no scheme here.
    """
    bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]", "", address)
    scheme = re.match(r"([^/?#:]*):", bare)
    return scheme is None or scheme[1].lower() in SCHEMES[attribute]


_CLEANER: Final = nh3.Cleaner(
    tags=set(KEPT),
    clean_content_tags=set(DROPPED),
    # With none for every tag, where the library has two of its own.
    attributes={tag: set(names) for tag, names in KEPT.items() if names} | {"*": set()},
    attribute_filter=_kept_attribute,
    url_schemes=set().union(*SCHEMES.values()),
    # What a link says of itself is the theme's business.
    link_rel=None,
)
