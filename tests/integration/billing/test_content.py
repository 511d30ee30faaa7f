"""What an operation's id stands for, as it was told before and is told now."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.posting import Operation, content_hash
from igny8_core.business.billing.usage import Usage

TOKENS = st.integers(min_value=0, max_value=2**31 - 1)


def operation(*, account=7, operation_type="clustering", model="gpt-5.1", tokens=(1_200, 300), images=0):
    usage = Usage(tokens_input=tokens[0], tokens_output=tokens[1])
    return Operation(
        account=Account(pk=account),
        operation_id="op",
        operation_type=operation_type,
        model=model,
        usage=usage,
        images=images,
    )


class TestContent:
    @given(
        account=st.integers(min_value=1, max_value=2**63 - 1),
        operation_type=st.text(),
        model=st.text(),
        tokens=st.tuples(TOKENS, TOKENS),
        images=st.integers(min_value=0, max_value=100),
    )
    def test_is_told_as_an_encoder_tells_it(self, account, operation_type, model, tokens, images):
        used = {"tokens_input": tokens[0], "tokens_output": tokens[1]}
        content = [account, operation_type, model, used, *([images] if images else [])]
        digest = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        told = operation(account=account, operation_type=operation_type, model=model, tokens=tokens, images=images)
        assert (told.content_hash, content_hash(*content)) == (digest, digest)

    @pytest.mark.parametrize(
        ("made", "digest"),
        [
            ({}, "e61fc6bf59bd15b487d8bb822eb95aa2063886bb1590e98d9058733de5f52a2d"),
            (
                {"operation_type": OperationType.IMAGE_GENERATION, "tokens": (0, 0), "images": 1},
                "dbe662a326af717abbcec03552618816dc4cdf70dd97eb4dc39a34783c0e5595",
            ),
        ],
        ids=["a text", "an image"],
    )
    def test_is_that_of_what_was_charged_before(self, made, digest):
        assert operation(**made).content_hash == digest
