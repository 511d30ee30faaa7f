"""Which accounts a share contains: a salted hash, the same answer for ever."""

from hashlib import sha256

BUCKETS = 10_000
"""A share is counted in basis points: 10,000 of them are everybody."""


def bucket_of(account_id: str, *, salt: str) -> int:
    """Return the account's bucket, 0 to 9,999, under a flag's salt.

    An account is in a share of ``n`` basis points when its bucket is below ``n``: raising a share only
    adds accounts, a restart moves nobody, and two flags (two salts) are independent.
    """
    return int.from_bytes(sha256(f"{salt}:{account_id}".encode()).digest()[:8], "big") % BUCKETS
