"""The table of discrepancies: its columns, as the page sorts them and a file has them."""

from typing import Final

from dashboards.discrepancies.rows import DiscrepancyRow
from dashboards.tables import Column, Table

MOST_OPEN: Final = 50
"""Discrepancies of a page, as many as a person would go through at once."""

DISCREPANCIES = Table[DiscrepancyRow](
    name="discrepancies",
    caption="Discrepancies that need a review",
    empty="None of those that need a review is like that.",
    per_page=MOST_OPEN,
    columns=(
        Column(name="signature", title="Signature", value=lambda row: row.found.signature, is_shown=False),
        Column(name="seam", title="Discrepancy", value=lambda row: " · ".join((row.found.seam, *row.found.group))),
        Column(name="verdict", title="Verdict", value=lambda row: row.found.verdict),
        Column(name="state", title="State", value=lambda row: row.found.state),
        Column(name="differs", title="Differs in", value=lambda row: row.found.cause),
        Column(name="calls", title="Calls", value=lambda row: row.found.count, is_number=True),
        Column(name="accounts", title="Accounts", value=lambda row: row.found.accounts, is_number=True),
        Column(name="legacy", title="Legacy", value=lambda row: row.found.control_sum, is_number=True, is_shown=False),
        Column(name="new", title="New", value=lambda row: row.found.candidate_sum, is_number=True, is_shown=False),
        Column(
            name="difference",
            title="Legacy → new",
            value=lambda row: row.sums.difference if row.sums else None,
            is_number=True,
            meaning="Sorted by how much more the new path makes of the same calls.",
        ),
        Column(name="last", title="Last", value=lambda row: row.found.last_at, is_number=True),
    ),
)
