"""Checked by mypy, never run: a seam has the signature of its two sides.

An ignore that is not needed is an error, so each of them proves that mypy rejects the line.
"""

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.usage import Usage
from migration_harness.api import Seam, Secret, WriteSeam

account = Account()
usage = Usage(tokens_input=1, tokens_output=1)

credits_: int = credit_cost(account=account, operation="clustering", model="gpt-5.1", usage=usage)
key: Secret = provider_key(account=account, provider="openai", purpose=Purpose.TEXT)

credit_cost(account=account, operation="clustering", model="gpt-5.1", tokens=usage)  # type: ignore[call-arg]
credit_cost(account=account, operation="clustering", model="gpt-5.1")  # type: ignore[call-arg]
credit_cost(account=account, operation=1, model="gpt-5.1", usage=usage)  # type: ignore[arg-type]
text: str = credit_cost(account=account, operation="clustering", model="gpt-5.1", usage=usage)  # type: ignore[assignment]


def control(*, amount: int) -> int:
    """Return the amount."""
    return amount


def candidate(*, sum_: int) -> int:
    """Take another argument."""
    return sum_


Seam(name="mixed", flag="f", control=control, candidate=candidate, subject=lambda **_: None)  # type: ignore[arg-type]


def save(*, provider: str, key: Secret) -> int:
    """Store a key."""
    return 1


store = WriteSeam(name="store", flag="f", control=save, candidate=save, subject=lambda **_: None, key=lambda **_: "")
saved: int = store(provider="openai", key=Secret(""))

store(provider="openai")  # type: ignore[call-arg]
WriteSeam(name="w", flag="f", control=control, candidate=candidate, subject=lambda **_: None, key=lambda **_: "")  # type: ignore[arg-type]
