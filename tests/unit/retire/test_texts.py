"""Texts, however they are written."""

import ast

import pytest

from migration_harness.syntax.texts import names_for_texts, texts_in, written


class TestWritten:
    @pytest.mark.parametrize(
        "code",
        [
            "'MODEL_RATES'", "'MODEL' + '_RATES'", "f'MODEL_{\"RATES\"}'", "'_'.join(['MODEL', 'RATES'])",
            "'%s_RATES' % 'MODEL'", "'%s_%s' % ('MODEL', 'RATES')", "'{}_{}'.format('MODEL', 'RATES')",
            "'{a}_RATES'.format(a='MODEL')", "'model_rates'.upper()", "'SETAR_LEDOM'[::-1]",
            "'XMODEL_RATES'.strip('X')",
            "'MODEL-RATES'.replace('-', '_')", "PREFIX + 'RATES'", "f'{PREFIX}RATES'",
        ],
    )  # fmt: skip
    def test_is_what_comes_of_it(self, code):
        assert written(ast.parse(code, mode="eval").body, {"PREFIX": "MODEL_"}) == "MODEL_RATES"

    @pytest.mark.parametrize(
        "code", ["a", "f(1)", "'a' + b", "1 + 2", "f'{a}'", "'%d' % 'a'", "'{0}'.format()", "a[::-1]"]
    )
    def test_is_nothing_where_the_code_would_have_to_run(self, code):
        assert written(ast.parse(code, mode="eval").body) is None


class TestTextsIn:
    def test_are_told_by_the_outermost_expression_and_leave_docstrings_out(self):
        module = ast.parse('"""Doc."""\nA = "x"\ndef f():\n    "Doc."\n    return g("a" + A, "b")\n')
        found = texts_in(module, names_for_texts(module))
        assert sorted((node.lineno, text) for node, text in found) == [(2, "x"), (5, "ax"), (5, "b")]
