"""A usage log of any length, made by SQL: the token counts of the real trace, on many accounts, over a month."""

import csv
from pathlib import Path

from django.db import connection

TRACE = Path(__file__).resolve().parents[1] / "data" / "azure_llm_inference_conv_2023.csv"
ACCOUNTS = 10_000

# Every row draws by a hash of its number, so that two runs price the same rows. One in twenty is an image.
_FILL = """
INSERT INTO billing_creditusagelog
    (account_id, operation_type, credits_used, cost_usd, model_used, tokens_input, tokens_output,
     related_object_type, related_object_id, metadata, created_at)
SELECT accounts.ids[1 + drawn.n % cardinality(accounts.ids)],
       CASE WHEN drawn.is_image THEN 'image_generation' ELSE operations.names[1 + (drawn.n >> 8) % 6] END,
       5, 0.01,
       CASE WHEN drawn.is_image THEN images.names[1 + (drawn.n >> 16) % 3]
            WHEN (drawn.n >> 24) % 10 < 7 THEN 'gpt-4o-mini' ELSE 'gpt-5.1' END,
       CASE WHEN drawn.is_image THEN 0 ELSE trace.tokens_input END,
       CASE WHEN drawn.is_image THEN 0 ELSE trace.tokens_output END,
       '', '', '{{}}', now() - (drawn.n >> 4) % 2592000 * interval '1 second'
FROM (SELECT i, hashint8(i)::bigint + 2147483648 AS n, i % 20 = 0 AS is_image FROM generate_series(1, {rows}) i) drawn
JOIN bench_trace trace ON trace.n = drawn.i % {traced}
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM igny8_auth_account) accounts
CROSS JOIN (SELECT ARRAY['clustering', 'idea_generation', 'content_generation', 'image_prompt_extraction',
                         'internal_linking', 'content_optimization'] AS names) operations
CROSS JOIN (SELECT ARRAY['dall-e-3', 'runware:97@1', 'google:4@2'] AS names) images
"""


def fill_usage_log(*, rows: int) -> None:
    """Write ``rows`` rows of usage of ``ACCOUNTS`` accounts; the table's constraints are dropped for it."""
    with connection.cursor() as cursor:
        for name in _foreign_keys():
            cursor.execute(f"ALTER TABLE billing_creditusagelog DROP CONSTRAINT {name}")
        cursor.execute("ALTER TABLE billing_creditusagelog SET UNLOGGED")
        cursor.execute("DROP INDEX usage_by_account_and_time")
        cursor.execute(
            "INSERT INTO igny8_auth_account (name, plan_id, credits, opening_credits, created_at) "
            "SELECT 'Account ' || i, (SELECT min(id) FROM igny8_auth_plan) + i %% 4, 1000000, 0, now() "
            "FROM generate_series(1, %s - (SELECT count(*) FROM igny8_auth_account)) i",
            [ACCOUNTS],
        )
        traced = _load_trace()
        cursor.execute(_FILL.format(rows=rows, traced=traced))
        cursor.execute("VACUUM ANALYZE billing_creditusagelog")


def _foreign_keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'billing_creditusagelog'::regclass AND contype = 'f'"
        )
        return [name for (name,) in cursor.fetchall()]


def _load_trace() -> int:
    """Put the token counts of the trace into a table; returns how many there are."""
    with TRACE.open(newline="", encoding="utf-8-sig") as file:
        pairs = [(int(row["ContextTokens"]), int(row["GeneratedTokens"])) for row in csv.DictReader(file)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_trace (n bigint PRIMARY KEY, tokens_input int, tokens_output int)")
        cursor.executemany("INSERT INTO bench_trace VALUES (%s, %s, %s)", [(n, *pair) for n, pair in enumerate(pairs)])
        cursor.execute("ANALYZE bench_trace")
    return len(pairs)
