"""Which of the wanted links are put where, and why the others are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from igny8_core.business.linker.placing import addresses_in, place_link
from igny8_core.modules.writer.addresses import address_of, leads_to

SHORTEST_ANCHOR: Final = 3
LONGEST_ANCHOR: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLink:
    """A link that a model named."""

    content_id: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLink:
    """A link that was not put, and why."""

    content_id: int
    anchor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What is linked: the HTML, the site's domain, the contents that may be linked to, and how many at most."""

    html: str
    domain: str
    targets: frozenset[int]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The HTML with its links."""

    html: str
    placed: tuple[WantedLink, ...]
    skipped: tuple[SkippedLink, ...]


def place_links(placing: Placing, wanted: Iterable[WantedLink]) -> Placement:
    """Put the links one after the other, each where the earlier ones have left its phrase free."""
    html = placing.html
    placed: list[WantedLink] = []
    skipped: list[SkippedLink] = []
    addresses = addresses_in(html)
    linked = {pk for pk in placing.targets if any(leads_to(each, pk, domain=placing.domain) for each in addresses)}
    for link in wanted:
        put = None
        reason = _refusal(link, placing=placing, linked=linked, placed=len(placed))
        if not reason:
            put = place_link(html, phrase=link.anchor, address=address_of(link.content_id))
            reason = "" if put else "the text does not have this phrase where it could be linked"
        if put:
            html = put
            placed.append(link)
            linked.add(link.content_id)
        else:
            skipped.append(SkippedLink(content_id=link.content_id, anchor=link.anchor, reason=reason))
    return Placement(html=html, placed=tuple(placed), skipped=tuple(skipped))


def _refusal(link: WantedLink, *, placing: Placing, linked: set[int], placed: int) -> str:
    """Return why a link is not even tried; empty where it is."""
    if link.content_id not in placing.targets:
        return "this is none of the contents that were to choose from"
    if link.content_id in linked:
        return "the text has a link there already"
    if not SHORTEST_ANCHOR <= len(link.anchor) <= LONGEST_ANCHOR:
        return f"the phrase has not {SHORTEST_ANCHOR} to {LONGEST_ANCHOR} characters"
    if placed >= placing.most:
        return f"there are {placing.most} new links already"
    return ""
