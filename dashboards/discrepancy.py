"""What the page of a discrepancy shows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from dashboards.commands import Command, Review, review_commands, reviews_of
from dashboards.differing import KINDS, Payload, both_wrong, notes_of, sentence, value_text
from dashboards.discrepancies.cause_panel import CausePanel, cause_panel
from dashboards.explanation_rows import ExplanationRow, explanation_rows
from dashboards.labels import REVIEWS, VERDICTS, Label
from dashboards.names import Names
from dashboards.numbers import Sums, sums_of
from dashboards.seen import seen_of_review
from migration_harness import queries
from migration_harness.comparing.scope import of_every_element
from migration_harness.exceptions import NotExplainable
from migration_harness.models import ComparisonSample, DiscrepancyNote, StoredExplanation
from migration_harness.queries import AffectedAccount, Discrepancy
from migration_harness.reviewing import explaining

ACCOUNTS: Final = 10
"""Accounts that are named, the most frequent ones."""
SAMPLES: Final = 10
KEYS: Final = {
    "a": "Say why, and acknowledge it",
    "s": "Assign it",
    "e": "Explain it",
    "u": "All discrepancies",
    "?": "These keys",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account's part."""

    name: str
    account_id: str
    count: int
    sums: Sums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a sample, with the values of both sides and the right one where an oracle knows it.

    ``wrong``: the candidate's value is known not to be the expected one. ``note``: why not all of it is here.
    """

    path: str
    kind: str
    control: str
    candidate: str
    expected: str
    wrong: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One call that differed, and its arguments by name; ``folded`` are fields that a rule expects."""

    row: ComparisonSample
    account: str
    fields: list[FieldRow]
    folded: list[FieldRow]
    call: list[tuple[str, str]]

    @property
    def wrong(self) -> bool:
        """Whether the candidate is known to be wrong in this call."""
        return any(field.wrong for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationText:
    """Why a difference is intended. Reason and owner are empty where the seam no longer has the rule."""

    name: str
    reason: str
    owner: str
    expires: date | None
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyPage:
    """The whole page."""

    at: datetime
    found: Discrepancy
    state: Label
    verdict: Label
    sentence: str
    cause: CausePanel | None
    seen: str
    sums: Sums | None
    explanation: ExplanationText | None
    notes: list[str]
    accounts: list[AccountRow]
    accounts_hidden: int
    samples: list[SampleRow]
    beside: list[queries.Beside]
    has_expected: bool
    reviews: tuple[Review, ...]
    commands: list[Command]
    written: list[DiscrepancyNote]
    explanations: list[ExplanationRow]
    explainable: bool
    exportable: bool

    @property
    def keys(self) -> dict[str, str]:
        """The keys of the page, with what each does."""
        return KEYS

    @property
    def wrong_count(self) -> int:
        """In how many samples the candidate is known to be wrong."""
        return sum(sample.wrong for sample in self.samples)


def discrepancy_page(signature: str, *, now: datetime) -> DiscrepancyPage:
    """Read one discrepancy and shape it; raises UnknownDiscrepancy."""
    found = queries.discrepancy(signature)
    samples = queries.samples(signature, limit=SAMPLES)
    affected = queries.affected_accounts(signature, limit=ACCOUNTS)
    seam = queries.seam_named(found.seam)
    unit = seam.measure if seam else None
    stored = queries.explanations_of(found)
    names = Names([account.account_id for account in affected] + [sample.account_id for sample in samples])
    return DiscrepancyPage(
        at=now,
        found=found,
        state=REVIEWS[found.state],
        verdict=VERDICTS[found.verdict],
        sentence=sentence(found, [sample.payload for sample in samples]),
        cause=cause_panel(found, [each.payload for each in samples], unit=unit, flag=seam.flag if seam else ""),
        seen=seen_of_review(found),
        sums=sums_of(unit, found.control_sum, found.candidate_sum, one_sided=found.one_sided),
        explanation=_explanation(found, stored, now.date()),
        notes=[
            *notes_of([each.payload for each in samples]),
            *(queries.differed_inside(samples[0]) if samples else ()),
        ],
        accounts=[_account(account, unit, names) for account in affected],
        accounts_hidden=found.accounts - len(affected),
        samples=[_sample(each, names, found.meant, seam.foreseen if seam else frozenset()) for each in samples],
        beside=_differing_first(samples),
        has_expected=any("expected" in sample.payload for sample in samples),
        reviews=reviews_of(found),
        commands=review_commands(found),
        written=queries.notes(signature),
        explanations=explanation_rows(stored),
        explainable=_is_explainable(found),
        exportable=found.state != "explained",
    )


def _differing_first(samples: list[ComparisonSample]) -> list[queries.Beside]:
    """Return what both runs of the newest sample's operation did, line by line; nothing where it is of no operation."""
    found = queries.beside_of(samples[0]) if samples else []
    return sorted(found, key=lambda line: not line.differs)


def _is_explainable(found: Discrepancy) -> bool:
    try:
        explaining.refuse(found)
    except NotExplainable:
        return False
    return found.state != "explained"


def _explanation(found: Discrepancy, stored: list[StoredExplanation], today: date) -> ExplanationText | None:
    if not found.explanation:
        return None
    seam = queries.seam_named(found.seam)
    # Those of the code, then those that are stored: this process may not have loaded them.
    for rule in (*(seam.criteria.explanations if seam else ()), *stored):
        if rule.name == found.explanation:
            return ExplanationText(
                name=rule.name,
                reason=rule.reason,
                owner=rule.owner,
                expires=rule.expires,
                expired=rule.expires < today,
            )
    return ExplanationText(name=found.explanation, reason="", owner="", expires=None, expired=False)


def _account(account: AffectedAccount, unit: str | None, names: Names) -> AccountRow:
    return AccountRow(
        name=names.of(account.account_id),
        account_id=account.account_id,
        count=account.count,
        sums=sums_of(unit, account.control_sum, account.candidate_sum),
    )


def _sample(row: ComparisonSample, names: Names, meant: Collection[str], foreseen: frozenset[str]) -> SampleRow:
    kept = row.payload["differences"]
    folded = [each for each in kept if of_every_element(each["path"]) in meant]
    return SampleRow(
        row=row,
        account=names.of(row.account_id),
        fields=[_field(each, row.payload) for each in kept if each not in folded],
        folded=[_field(each, row.payload) for each in folded],
        call=sorted(_flat(_said(row.payload["call"], foreseen))),
    )


def _field(difference: Mapping[str, Any], payload: Payload) -> FieldRow:
    agreed = both_wrong(payload)
    # The oracle's answer is of the whole result: it tells nothing about one field of a larger one.
    whole = "." not in difference["path"] and "[" not in difference["path"] and difference["path"] != "raised"
    known = "expected" in payload and whole
    return FieldRow(
        path=difference["path"],
        kind=_kind(difference, agreed=agreed),
        control=value_text(difference["control"]),
        candidate=value_text(difference["candidate"]),
        expected=value_text(payload["expected"]) if "expected" in payload else "",
        note=difference.get("note", ""),
        wrong=agreed or (known and difference["candidate"] != payload["expected"]),
    )


def _kind(difference: Mapping[str, Any], *, agreed: bool) -> str:
    if agreed:
        return "the same, not as expected"
    return "another outcome" if difference["path"] == "raised" else KINDS.get(difference["kind"], difference["kind"])


def _said(call: Mapping[str, Any], foreseen: frozenset[str]) -> dict[str, Any]:
    """Return a call without what would be another one with the candidate, where nothing would be."""
    return {name: value for name, value in call.items() if name not in foreseen or value not in (None, "")}


def _flat(call: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the arguments of a call by name, those inside a value as ``usage.tokens_input``."""
    for name, value in call.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value_text(value)
