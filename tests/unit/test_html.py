"""HTML that somebody has written to get past a sanitiser, or to keep it busy."""

import re
from html.parser import HTMLParser

import pytest

from igny8_core.modules.writer.html import KEPT, SCHEMES, sanitise
from igny8_core.modules.writer.html_levels import MOST_LEVELS, levelled
from tests.hostile import ALL

ATTACKS = [
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=a()>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<a href="jav&#x0A;ascript:alert(1)">x</a>',
    '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>',
    "<a href=javascript&#58alert(1)>x",
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</script>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "<!-- <!-- --> <script>alert(1)</script> -->",
    "<!--><script>alert(1)</script>-->",
    "<!---><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img onerror=a() src=x>]]>",
    '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
    '<textarea><img title="</textarea><img onerror=a()>">',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    "<plaintext><img src=x onerror=alert(1)>",
    '<table background="javascript:alert(1)"><tr><td style="x:expression(alert(1))">',
    '<div style="x:url(javascript:a())">',
    '<a href="x" onclick=alert(1) HREF="javascript:alert(1)">x</a>',
    '<a href="x" href="javascript:alert(1)">x</a>',
    '<img src="x` `<script>alert(1)</script>"` `>',
    '<img """><script>alert("x")</script>">',
    "<body onload=alert(1)>",
    "<link rel=import href=//x>",
    "<base href=javascript:/a/-alert(1)///////>",
    "<a href=\x01javascript:alert(1)>x</a>",
    '<p title="</p><script>alert(1)</script>">',
    "<select><template><script>alert(1)</script>",
    "<isindex action=javascript:a()>",
    '<a target=_blank href="//evil.example" ping=//x download>x</a>',
    "<video poster=javascript:alert(1)><source onerror=a()>",
    "<object data=javascript:alert(1)><embed src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "\x00<scr\x00ipt>",
    "<custom-x is=script onfocus=alert(1) autofocus tabindex=1>",
    '<svg><use href="data:image/svg+xml,x#x"/></svg>',
    '<svg><a xlink:href="javascript:alert(1)"><text>x',
    '<meta http-equiv=refresh content="0;javascript:alert(1)">',
]
BUSY = {
    "levels": "<div>" * 20_000,
    "levels and ends of others": "<div>" * 10_000 + "</p>" * 10_000,
    "fakes": '<div title="</div>">' * 5_000,
    "bold with bold": "".join(f"<b id={n}>" for n in range(5_000)) + "<p>x" * 5_000,
    "bold in what is ended by others": "<p>" + "".join(f"<b id={n}>" for n in range(48)) + "<div>x</div>" * 5_000,
    "bold in lists": "<ul><li>" + "".join(f"<b id={n}>" for n in range(45)) + "<li>x" * 5_000,
    "misnested": "<b><div></b>" * 5_000,
    "tables": "<table><td>" * 5_000,
    "links": "<a href=x>" * 10_000,
    "comments": "<!--" * 20_000,
    "tags without an end": "<a " * 20_000,
    "quotes": '<a b="' * 10_000 + ">",
    "scripts": "<script>" + "</scrip " * 10_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(10_000)) + ">",
    "references": "&#x" * 20_000 + "&a" * 20_000,
}


class Seen(HTMLParser):
    """What a reader of the HTML finds in it, and how many tags are open at most."""

    def __init__(self):
        super().__init__()
        self.tags, self.addresses, self.level, self.deepest = [], [], 0, 0

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name for name, _ in attrs}))
        self.addresses += [(name, value or "") for name, value in attrs if name in SCHEMES]
        self.level += tag not in {"br", "hr", "img"}
        self.deepest = max(self.deepest, self.level)

    def handle_endtag(self, tag):
        self.level -= 1


def seen(html):
    reader = Seen()
    reader.feed(html)
    reader.close()
    return reader


class TestSanitise:
    @pytest.mark.parametrize("attack", [*ATTACKS, *ALL.values()], ids=lambda text: ascii(text[:30]))
    def test_leaves_the_listed_tags_with_their_attributes_alone(self, attack):
        for html in (attack, f"<p>{attack}</p>", f"<table>{attack}", f"<svg>{attack}", f'<a title="{attack}">'):
            kept = sanitise(html)
            found = seen(kept)
            assert all(tag in KEPT and names <= KEPT[tag] for tag, names in found.tags), kept
            schemes = [re.match(r"\s*([a-z]+):", value.lower()) for _, value in found.addresses]
            assert {each[1] for each in schemes if each} <= {"http", "https", "mailto", "tel"}
            assert sanitise(kept) == kept

    @pytest.mark.parametrize("name", BUSY)
    def test_makes_of_a_long_text_no_longer_one_than_its_levels_can(self, name):
        # Readers look through what is open at each tag, and write what is open again: both are bounded by the levels.
        assert seen(levelled(BUSY[name])).deepest <= MOST_LEVELS
        assert len(sanitise(BUSY[name])) < 6 * len(BUSY[name]) + 1_000

    def test_keeps_lists_and_paragraphs_that_nobody_has_ended(self):
        assert sanitise("<p>a<p>b <b>c<ul><li>d<li>e</ul>" * 60) == (
            "<p>a</p><p>b <b>c</b></p><ul><li>d</li><li>e</li></ul>" * 60
        )

    def test_keeps_a_list_in_a_list(self):
        html = "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
        assert sanitise(html) == html
