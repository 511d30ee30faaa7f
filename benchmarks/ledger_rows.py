"""A ledger of any length, made by SQL: charges of many accounts in turn, each with its usage log."""

from django.db import connection

ACCOUNTS = 10_000

# A balance falls by one with each charge of its account, from what it will need in all.
_ACCOUNTS = """
INSERT INTO igny8_auth_account (name, plan_id, credits, opening_credits, created_at)
SELECT '{name} ' || i, (SELECT min(id) FROM igny8_auth_plan), 1000, 1000 + {charges}, now()
FROM generate_series(1, {accounts}) i
"""
_ENTRIES = """
INSERT INTO billing_credittransaction
    (account_id, transaction_type, amount, balance_after, description, metadata, reference_id, operation_id,
     content_hash, priced_by, flag_epoch, control_credits, created_at)
SELECT ids.each[1 + n % {accounts}], 'deduction', -1, 1000 + {charges} - n / {accounts} - 1, 'A charge', '{{}}', '',
       '{name}:' || n, 'h', 'control', 0, 1, now()
FROM generate_series(0, {rows} - 1) n,
     (SELECT array_agg(id ORDER BY id) AS each FROM igny8_auth_account WHERE name LIKE '{name} %') ids
ORDER BY n
"""
_USAGE = """
INSERT INTO billing_creditusagelog
    (account_id, operation_type, credits_used, model_used, tokens_input, tokens_output, related_object_type,
     related_object_id, transaction_id, metadata, created_at)
SELECT account_id, 'clustering', 1, 'gpt-5.1', 100, 50, '', '', id, '{{}}', created_at
FROM billing_credittransaction WHERE operation_id LIKE '{name}:%' ORDER BY id
"""


def fill_ledger(*, rows: int, accounts: int = ACCOUNTS, name: str = "bench") -> int:
    """Write about ``rows`` charges, the same number for each account, past the triggers; returns how many.

    ``name`` begins the names of the new accounts, and their operations; a second ledger beside the first has another.
    """
    charges = max(1, rows // accounts)
    written = charges * accounts
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in (_ACCOUNTS, _ENTRIES, _USAGE):
            cursor.execute(statement.format(accounts=accounts, charges=charges, rows=written, name=name))
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE billing_credittransaction, billing_creditusagelog, igny8_auth_account")
    return written
