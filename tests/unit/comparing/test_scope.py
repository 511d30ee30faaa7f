"""What a stored explanation covers."""

import pytest

from migration_harness.comparing.scope import Scope

LABEL, PRICE = ("result.label", "value"), ("result.price", "value")


def scope(*fields, group=("text", "gpt-5.1")):
    return Scope(seam="models.catalogue", fields=frozenset(fields), group=group)


class TestScope:
    @pytest.mark.parametrize(
        ("fields", "covered"),
        [
            ([LABEL, PRICE], True),
            ([LABEL], True),
            ([LABEL, ("result.tier", "value")], False),
            ([("result.label", "type")], False),
            ([], False),
        ],
        ids=["all of them", "some of them", "another path", "another kind", "nothing"],
    )
    def test_covers_a_call_whose_every_difference_is_in_it(self, fields, covered):
        assert scope(LABEL, PRICE).covers(fields=fields, group=("text", "gpt-5.1")) is covered

    @pytest.mark.parametrize(
        ("group", "called", "covered"),
        [
            (("text", "gpt-5.1"), ("text", "gpt-5.1"), True),
            (("text", "gpt-5.1"), ("text", "gpt-4o"), False),
            (("text", "*"), ("text", "gpt-4o"), True),
            (("*", "gpt-5.1"), ("text", "gpt-4o"), False),
            (("text", "*"), ("text",), False),
            (None, ("image", "dall-e-3"), True),
            ((), (), True),
            ((), ("text",), False),
        ],
        ids=str,
    )
    def test_covers_the_calls_of_its_group(self, group, called, covered):
        assert scope(LABEL, group=group).covers(fields=[LABEL], group=called) is covered
