"""Links into HTML, and nothing else of it changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.business.linker.placement import Placing, WantedLink, place_links
from igny8_core.business.linker.placing import place_link

AROUND = "<h2>Rye &nbsp;&eacute;</h2>\n<!-- rye bread --><p class='x'  id=y>Caf&#233; &amp; <br/>{}<li>open <b>x</P>"


def placed(html, phrase="rye bread"):
    return place_link(html, phrase=phrase, address="/articles/7/")


def links(html, *wanted, targets=(7, 8), most=10):
    placing = Placing(html=html, domain="example.com", targets=frozenset(targets), most=most)
    return place_links(placing, [WantedLink(content_id=pk, anchor=anchor) for pk, anchor in wanted])


class TestAPhrase:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("of rye bread.", 'of <a href="/articles/7/">rye bread</a>.'),
            ("of Rye Bread.", 'of <a href="/articles/7/">Rye Bread</a>.'),
            ("of rye\n bread.", 'of <a href="/articles/7/">rye\n bread</a>.'),
            ("of rye&nbsp;bread.", 'of <a href="/articles/7/">rye&nbsp;bread</a>.'),
            ("rye breads, rye bread", 'rye breads, <a href="/articles/7/">rye bread</a>'),
            ("rye bread, rye bread", '<a href="/articles/7/">rye bread</a>, rye bread'),
            ("<i>rye bread</i>", '<i><a href="/articles/7/">rye bread</a></i>'),
        ],
        ids=["plain", "case", "line break", "hard blank", "whole words", "first", "inside a tag"],
    )
    def test_is_linked_where_it_stands_and_nothing_else_changes(self, text, expected):
        assert placed(AROUND.format(text)) == AROUND.format(expected)

    @pytest.mark.parametrize(
        "html",
        [
            "<h1>rye bread</h1>", "<h3><em>rye bread</em></h3>", '<a href="/x/">our rye bread here</a>',
            "<pre>rye bread</pre>", "<code>rye bread</code>", "<script>var x = 'rye bread'</script>",
            "<style>rye bread{}</style>", "<!-- rye bread -->", '<img alt="rye bread">', "<p>rye <b>bread</b></p>",
            "<p>gray rye breads</p>", "", "<h2>rye bread", '<a href="/x/">open, rye bread',
            "<h2>x</h3><h2>rye bread</h2>",
        ],
    )  # fmt: skip
    def test_is_not_linked_in_headings_links_code_or_where_nobody_reads(self, html):
        assert placed(html) is None

    def test_with_signs_is_taken_as_it_is_written(self):
        assert placed("<p>R&amp;D (costs) rise</p>", "R&D (costs)") == (
            '<p><a href="/articles/7/">R&amp;D (costs)</a> rise</p>'
        )
        assert placed("<p>anything</p>", ".*") is None
        assert placed("<p>anything</p>", "  ") is None

    @given(
        before=st.text(alphabet="ab<>/&;#\"'= \n!-pé", max_size=40),
        after=st.text(alphabet="ab<>/&;\"' \np", max_size=40),
    )
    def test_changes_nothing_but_adds_the_link(self, before, after):
        html = f"{before} rye bread {after}"
        linked = placed(html)
        if linked is not None:
            assert linked.replace('<a href="/articles/7/">', "", 1).replace("rye bread</a>", "rye bread", 1) == html


class TestLinks:
    def test_are_put_once_for_each_target(self):
        found = links("<p>rye bread and oat bread</p>", (7, "rye bread"), (7, "oat bread"), (8, "rye bread"))
        assert found.html == '<p><a href="/articles/7/">rye bread</a> and oat bread</p>'
        assert [(each.content_id, each.reason) for each in found.skipped] == [
            (7, "the text has a link there already"),
            (8, "the text does not have this phrase where it could be linked"),
        ]

    @pytest.mark.parametrize(
        "address", ["/articles/7/", "/articles/7", "/articles/7/#top", "https://example.com/articles/7/?a=1",
                    "HTTP://WWW.EXAMPLE.COM/articles/7/"]
    )  # fmt: skip
    def test_are_not_put_where_the_text_has_one(self, address):
        html = f'<p>rye bread, <a href="{address}">there</a></p>'
        assert links(html, (7, "rye bread")).html == html

    @pytest.mark.parametrize(
        "address", ["https://elsewhere.example/articles/7/", "/articles/77/", "http://[bad/articles/7/"]
    )
    def test_are_put_where_a_link_leads_elsewhere(self, address):
        assert len(links(f'<p>rye bread, <a href="{address}">there</a></p>', (7, "rye bread")).placed) == 1

    @pytest.mark.parametrize(
        ("wanted", "reason"),
        [
            ((9, "rye bread"), "this is none of the contents that were to choose from"),
            ((7, "ry"), "the phrase has not 3 to 200 characters"),
            ((7, "rye " * 100), "the phrase has not 3 to 200 characters"),
            ((7, "wheat"), "the text does not have this phrase where it could be linked"),
        ],
    )
    def test_that_cannot_be_put_say_why(self, wanted, reason):
        found = links("<p>rye bread</p>", wanted)
        assert (found.html, found.placed, [each.reason for each in found.skipped]) == ("<p>rye bread</p>", (), [reason])

    def test_have_an_end(self):
        found = links("<p>rye bread, oat bread</p>", (7, "rye bread"), (8, "oat bread"), most=1)
        assert [each.reason for each in found.skipped] == ["there are 1 new links already"]
