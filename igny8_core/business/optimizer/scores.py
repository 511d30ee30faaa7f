"""How good a page is to find and to read, in whole numbers from 0 to 100.

The formulas are this project's own: they follow what style guides for the web agree on, they ask nobody, and the same
page always has the same scores. They say whether a change is one for the better, not how a search engine would rank.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import Final

from igny8_core.modules.writer.html import text_of, words_of

TITLE_CHARACTERS: Final = range(30, 61)
DESCRIPTION_CHARACTERS: Final = range(120, 161)
WORDS_PER_HEADING: Final = 300
WORDS_OF_A_FULL_ARTICLE: Final = 600
WORDS_OF_THE_BEGINNING: Final = 100
_SYLLABLE: Final = re.compile(r"(?!(?<=[^aeiouyl])e$)[aeiouyäöüáéíóúàèêâôû]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is scored."""

    title: str
    html: str
    meta_title: str
    meta_description: str
    keywords: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Each from 0 to 100; ``total`` is their mean, rounded half up."""

    headings: int
    meta_title: int
    meta_description: int
    keywords: int
    readability: int
    length: int

    @property
    def total(self) -> int:
        """The mean of the others, rounded half up."""
        values: list[int] = list(asdict(self).values())
        return (2 * sum(values) + len(values)) // (2 * len(values))

    def as_json(self) -> dict[str, int]:
        """Return the scores by name, with the total."""
        return {**asdict(self), "total": self.total}


def score(page: Page) -> Scores:
    """Return the scores of a page."""
    text = text_of(page.html)
    words = words_of(text)
    return Scores(
        headings=headings(_levels(page.html), words=len(words)),
        meta_title=within(len(page.meta_title), TITLE_CHARACTERS, points_per_character=5),
        meta_description=within(len(page.meta_description), DESCRIPTION_CHARACTERS, points_per_character=2),
        keywords=keywords(page, text=text, words=words),
        readability=readability(text),
        length=min(100, 100 * len(words) // WORDS_OF_A_FULL_ARTICLE),
    )


def headings(levels: Sequence[int], *, words: int) -> int:
    """Return 40 for at most one h1, + 30 where no level is skipped on the way down, + 30 for enough headings.

    Enough is one of level 2 for every 300 words, begun ones too; fewer give their share of the 30.
    """
    one_title = 40 if levels.count(1) <= 1 else 0
    # The page's own title stands above the article.
    steps = zip([1, *levels], levels, strict=False)
    in_steps = 30 if all(below - above <= 1 for above, below in steps) else 0
    needed = max(1, -(-words // WORDS_PER_HEADING))
    return one_title + in_steps + 30 * min(levels.count(2), needed) // needed


def within(characters: int, wanted: range, *, points_per_character: int) -> int:
    """Return 100 for a length that is wanted, ``points_per_character`` less for each one off, 0 for nothing."""
    if characters == 0:
        return 0
    off = max(wanted.start - characters, characters - wanted[-1], 0)
    return max(0, 100 - points_per_character * off)


def keywords(page: Page, *, text: str, words: Sequence[str]) -> int:
    """Return the mean over the keywords; 100 for a page that is to be found by none.

    A keyword has 50 for standing in the text, + 30 in the title or the meta title, + 20 in the first 100 words;
    as whole words, whatever the case.
    """
    if not page.keywords:
        return 100
    beginning = " ".join(words[:WORDS_OF_THE_BEGINNING])
    points = [
        50 * _has(text, keyword)
        + 30 * _has(f"{page.title}\n{page.meta_title}", keyword)
        + 20 * _has(beginning, keyword)
        for keyword in page.keywords
    ]
    return sum(points) // len(points)


def readability(text: str) -> int:
    """Return Flesch's reading ease, cut to 0–100: 206.835 − 1.015 × words/sentences − 84.6 × syllables/words.

    Source of the formula: R. Flesch, A new readability yardstick, 1948. A syllable is a group of vowels; a word has
    at least one, and an e at its end is silent, but for -le. It is made for English. A text without words has 0.
    """
    words = words_of(text)
    if not words:
        return 0
    sentences = max(1, len([each for each in re.split(r"[.!?]+\s|\n", f"{text}\n") if words_of(each)]))
    syllables = sum(max(1, len(_SYLLABLE.findall(word.lower()))) for word in words)
    ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
    return max(0, min(100, round(ease)))


def _has(text: str, phrase: str) -> bool:
    words = r"\W+".join(re.escape(word) for word in words_of(phrase))
    return bool(words) and re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) is not None


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  The parser's signature.
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))


def _levels(html: str) -> Sequence[int]:
    reader = _Headings()
    reader.feed(html)
    reader.close()
    return reader.levels
