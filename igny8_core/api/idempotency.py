"""One press of a button is one charge, however often a client has to send it.

A client names its request with a key, in the header ``Idempotency-Key`` or as ``operation_id`` in the body, and sends
it again with the same key when it got no answer. The key is the account's own: two tenants may use the same one.
"""

import re
from collections.abc import Collection
from hashlib import sha256
from typing import Final
from uuid import uuid4

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import OperationConflict
from igny8_core.business.billing.models import CreditTransaction

HEADER: Final = "Idempotency-Key"
KEY: Final = re.compile(r"[A-Za-z0-9_.\-]{1,100}")
_FINGERPRINT_LENGTH: Final = 12


def operation_id_of(*, request: Request, account: Account, key: str, action: str, ids: Collection[int]) -> str:
    """Return the id under which the ledger knows this request: the account, its key, and what is asked for.

    ``key`` is that of the body; without one in body or header a new one is made. Raises ValidationError for a key
    with other characters or two different ones, OperationConflict where the account was charged for something
    else under this key.
    """
    key = _one_key(request.headers.get(HEADER, ""), key) or uuid4().hex
    prefix = f"api:{account.pk}:{key}:"
    operation_id = prefix + _fingerprint(action, ids)
    charged = CreditTransaction.objects.filter(operation_id__startswith=prefix)
    # Images are charged one by one, each under an id that begins with the request's.
    if charged.exclude(operation_id__startswith=operation_id).exists():
        raise OperationConflict(
            f"The operation {key!r} was charged for another request. Give each request a key of its own."
        )
    return operation_id


def _one_key(header: str, body: str) -> str:
    if header and body and header != body:
        raise ValidationError({"operation_id": f"The header {HEADER} names another operation than the body."})
    key = header or body
    if key and not KEY.fullmatch(key):
        raise ValidationError(
            {"operation_id": "1 to 100 characters of letters, digits, '.', '_' and '-', in header or body."}
        )
    return key


def _fingerprint(action: str, ids: Collection[int]) -> str:
    content = f"{action}:{','.join(str(each) for each in sorted(ids))}"
    return sha256(content.encode()).hexdigest()[:_FINGERPRINT_LENGTH]
