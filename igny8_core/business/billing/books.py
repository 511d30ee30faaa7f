"""The ledger as the trial balance of the harness reads it."""

from typing import Final

from migration_harness.api import Books

_ENTRIES: Final = """
SELECT id, account_id, amount, balance_after, operation_id, transaction_type = 'deduction' AS is_charge, priced_by,
       flag_epoch, control_credits AS control_price, candidate_credits AS candidate_price, created_at AS at,
       jsonb_build_array(account_id, transaction_type, amount, balance_after, reference_id, operation_id, content_hash,
                         priced_by, flag_epoch, control_credits, candidate_credits, metadata,
                         extract(epoch FROM created_at))::text AS content,
       xmin::text::bigint AS version
FROM billing_credittransaction
"""
_USAGE: Final = """
SELECT id, transaction_id AS entry_id, account_id, credits_used AS credits,
       jsonb_build_array(account_id, operation_type, credits_used, trim_scale(cost_usd), model_used, tokens_input,
                         tokens_output, transaction_id)::text AS content,
       xmin::text::bigint AS version
FROM billing_creditusagelog
"""
_WORDS: Final = """
SELECT transaction_id AS entry_id, concat_ws(' · ', operation_type, nullif(model_used, '')) AS what
FROM billing_creditusagelog
"""

books = Books(
    accounts="SELECT id AS account_id, opening_credits AS opening, credits AS balance FROM igny8_auth_account",
    entries=_ENTRIES,
    usage=_USAGE,
    entries_table="billing_credittransaction",
    usage_table="billing_creditusagelog",
    words=_WORDS,
)
