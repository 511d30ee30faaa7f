"""Whether a page obeys a text that it shows."""

from tests.hostile import HOSTILE


def refuse_live(html, address):
    """Raise where a page has a text as markup, or a template has computed what a text says."""
    assert HOSTILE["markup"] not in html, address
    assert HOSTILE["closing"] not in html, address
