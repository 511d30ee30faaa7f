"""Where a side raised, in few words and without a value."""

import json

from migration_harness.comparing.raising import where_raised

HERE = "tests/unit/comparing/test_raising.py"


class Prices:
    def of(self, model):
        raise KeyError(f"secret of {model}")


def in_library():
    return json.loads("{secret")


def endless():
    return endless()


def raised_by(side, *args):
    try:
        side(*args)
    except Exception as error:  # noqa: BLE001  Whatever it is.
        return where_raised(error)


class TestWhereRaised:
    def test_is_file_line_and_function(self):
        line = Prices.of.__code__.co_firstlineno + 1
        assert raised_by(Prices().of, "gpt") == f"{HERE}:{line} in Prices.of"

    def test_is_who_asked_a_library(self):
        line = in_library.__code__.co_firstlineno + 1
        assert raised_by(in_library) == f"{HERE}:{line} in in_library"

    def test_is_the_library_where_nobody_else_is_there(self):
        assert raised_by(json.loads, "{secret").startswith("json/decoder.py:")

    def test_is_nowhere_where_the_call_itself_failed(self):
        assert raised_by(in_library, "one argument too many") == ""

    def test_is_found_of_a_recursion_without_end(self):
        assert raised_by(endless) == f"{HERE}:{endless.__code__.co_firstlineno + 1} in endless"

    def test_is_nowhere_of_an_error_that_nobody_raised(self):
        assert where_raised(KeyError("x")) == ""
