"""Bodies that no API of the service takes, and numbers beyond every page."""

UNREADABLE = [
    "{", "nonsense", "[]", "null", '"text"', "1", b"\xff\xfe", b"\xef\xbb\xbf{}", "NaN", '{"reason": NaN}',
    '{"reason": 1e400}', '{"reason": -1e400}', "[" * 100_000, "[" * 100_000 + "]" * 100_000,
    '{"a":' * 100_000 + "1" + "}" * 100_000, '{"reason":' * 30 + "1" + "}" * 30,
    '{"reason": "a\\u0000b"}', '{"reason": "\\ud800"}', '{"a\\u0000": 1}', '{"x": {"y": ["\\u0000"]}}',
    '{"reason": ' + "9" * 5_000 + "}", '{"reason": ' + "9" * 4_000 + "}", '{"reason": -' + "9" * 301 + "}",
    '{"reason": "x", "reason": "y"}', '{"x": {"y": 1, "y": 1}}',
]  # fmt: skip
