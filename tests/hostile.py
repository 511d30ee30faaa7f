"""Texts that somebody may have typed, and that something may take for more than a text. All suites use these."""

from typing import Final

ESCAPE: Final = "\x1b"
NUL: Final = "\x00"

HOSTILE: Final = {
    "markup": '<script>alert("x")</script><img src=x onerror=alert(1)>',
    "closing": "</textarea></script></title>-->",
    "rich": "[bold]loud[/bold][/x][link=file:///etc]no[/link]",
    "emoji-code": ":smile: :boom:",
    "escape": "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "c1": "\x9b31mred\x85next",
    "bidi": "\u202etuo\u2066in\u2069\u202c",
    "zero-width": "pay\u200bpal\u200c\u200d\ufeff\u2060\u00ad",
    "invisible": "x\u3164\u115f\u034f\u2800x",
    "newlines": "first\r\nroot did rollback\x0b\x0c\u2028\u2029last",
    "tab": "\ttab\tand\t",
    "formula": "=HYPERLINK(\"http://x\",\"y\")",
    "formula-sign": "+1+cmd|' /C calc'!A0",
    "formula-at": "@SUM(A1)",
    "formula-minus": "-2+3",
    "formula-wide": "\uff1d1+1",
    "formula-blank": " =1+1",
    "format": "%s %(name)s {0} {name} %n ${x}",
    "template": "{{ 7|add:7 }}{% debug %}{# #}{{ request.user.password }}",
    "sql": "x'; DROP TABLE igny8_auth_account; --",
    "quotes": "\"'`\\\"\\'",
    "code": '"""\nimport os; os.abort()\n# \\" \'',
    "label": 'x"} 1\nharness_epoch 99\n# ',
    "percent": "%00%0a%2e%2e%2f",
    "path": "../../../../etc/passwd",
    "slashes": "a/b//c\\d?e=f&g#h;i",
    "combining": "Z" + "\u0300\u0316\u0334" * 40,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4\u200d\u2620\ufe0f",
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "wide": "\u4e2d\u6587\uff1d\uff0b",
    "number": "9" * 400,
    "infinite": "1e400 NaN -Infinity",
    "word": "None null true undefined",
    "blank": " \u00a0 x \u3000 ",
    "huge": "huge " * 20_000,
}  # fmt: skip
"""What PostgreSQL keeps, by what it tries."""

UNKEEPABLE: Final = {"nul": "x\x00y", "half": "half \ud83d of a pair", "other-half": "\udc00"}
"""What no text of PostgreSQL can be."""

ALL: Final = HOSTILE | UNKEEPABLE

KINDS: Final = list(HOSTILE)


def cut(name: str, length: int | None) -> str:
    """Return a text as a column of this length takes it."""
    return HOSTILE[name] if length is None else HOSTILE[name][:length]


def raw_in(text: str) -> str:
    """Return what of a printed page a terminal would obey, or nobody would see; empty for plain text in lines."""
    return "".join(sorted({char for char in text if char in _RAW}))


_RAW: Final = frozenset(
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"]
    + list("\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad")
)
