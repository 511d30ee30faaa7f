"""``harness discrepancies explain``: one person proposes an explanation, another approves it."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from typer import Argument, Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import ask, known, verb, whoever
from migration_harness.cli.output import Json, Override, Reason, console, print_json, table, telling
from migration_harness.cli.screen import Screen
from migration_harness.exceptions import InvalidChange
from migration_harness.models import StoredExplanation
from migration_harness.queries import Coverage
from migration_harness.reviewing import approvals, explaining
from migration_harness.reviewing.explaining import Draft
from migration_harness.wording import counted


@verb(approves=True)
def explain(
    signature: Annotated[str, Argument(help="The discrepancy to propose an explanation of.")] = "",
    *,
    path: Annotated[list[str] | None, Option("--path", help="Only this field; may be repeated.")] = None,
    group: Annotated[
        list[str] | None, Option("--group", help="Once for each word of the group, '*' for any word.")
    ] = None,
    any_group: Annotated[bool, Option("--any-group", help="Every call of the seam.")] = False,
    owner: Annotated[str, Option("--owner", help="Who answers for it; else whoever proposes it.")] = "",
    expires: Annotated[str, Option("--expires", help="Its last day, YYYY-MM-DD; else in 30 days.")] = "",
    yes: Annotated[bool, Option("--yes", help="Propose it; without, only show what it would cover.")] = False,
    approve: Annotated[int | None, Option("--approve", help="Put this explanation of another person in force.")] = None,
    reject: Annotated[int | None, Option("--reject", help="Refuse this explanation.")] = None,
    withdraw: Annotated[int | None, Option("--withdraw", help="Take your own proposal back.")] = None,
    revoke: Annotated[int | None, Option("--revoke", help="Take this explanation out of force.")] = None,
    override: Override = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Propose an explanation of a discrepancy, or decide about a proposed one."""
    asked = {"approve": approve, "reject": reject, "withdraw": withdraw, "revoke": revoke}
    decisions = [(verb, number) for verb, number in asked.items() if number is not None]
    if len(decisions) + bool(signature) != 1:
        raise InvalidChange("Name one discrepancy to explain, or one of --approve, --reject, --withdraw and --revoke.")
    if decisions:
        _decide(*decisions[0], reason=reason, json=json)
        return
    if yes:
        ask(actions.REVIEW, subject=signature)
    if override:
        ask(actions.OVERRIDE, subject=signature)
    drafted = explaining.draft(
        signature=signature,
        today=_today(),
        expires=_date(expires),
        paths=path or (),
        group=group or (),
        any_group=any_group,
    )
    made = None
    if yes:
        made = known(
            lambda: explaining.propose(drafted=drafted, reason=reason, owner=owner, actor=whoever(), override=override),
            subject=signature,
        )
    with telling(f"Proposed as explanation {made.pk}." if made else "Nothing is stored."):
        if json:
            shown = {
                "fields_covered": queries.fields_described(drafted.scope),
                "group": drafted.scope.group,
                "expires": drafted.expires,
            }
            print_json({"proposed": made.pk if made else None, **shown, "covers": drafted.coverage.as_json()})
            return
        _print_draft(console(), drafted, made)


@verb()
def explanations(
    *,
    every: Annotated[bool, Option("--all", help="Also rejected, withdrawn and revoked ones.")] = False,
    json: Json = False,
) -> None:
    """List stored explanations: what waits for approval and what is in force."""
    found = [each for each in queries.explanations() if every or each.state in ("proposed", "approved")]
    if json:
        print_json([queries.described(each) for each in found])
        return
    rows = table("Number", "State", "Seam", "Fields", "Group", "Until", "Owner", "Proposed by", "Reason")
    for each in found:
        fields = ", ".join(path for path, _ in sorted(each.scope.fields))
        group = "any" if each.group is None else " · ".join(each.group)
        told = (str(each.pk), queries.standing(each), each.seam, fields, group, str(each.expires))
        rows.add_row(*told, each.owner, each.proposed_by, each.reason)
    out = console()
    out.print(rows if found else "There is no stored explanation.")


def _decide(verb: str, number: int, *, reason: str, json: bool) -> None:
    ask(approvals.action_of(verb), subject=f"E{number}")
    coverage = queries.coverage_of(queries.explanation(number).scope)
    found = approvals.decide(number=number, decision=verb, actor=whoever(), today=_today(), reason=reason)
    with telling(f"Explanation {number} is {found.state}."):
        if json:
            print_json(queries.described(found) | {"covers": coverage.as_json()})
            return
        out = console()
        _print_coverage(out, coverage)
        out.print(f"Explanation {number} is {found.state}. {_WHAT_NOW.get(found.state, '')}".rstrip())


_WHAT_NOW = {
    "approved": "Every process obeys within a second; take it back with --revoke.",
    "revoked": "It explains nothing from now on.",
}


def _print_draft(out: Screen, drafted: Draft, made: StoredExplanation | None) -> None:
    scope = drafted.scope
    fields = ", ".join(f"{path} ({kind})" for path, kind in sorted(scope.fields))
    group = "any group" if scope.group is None else " · ".join(scope.group)
    out.print(f"{scope.seam} · {group} · differs in {fields} · until {drafted.expires}")
    _print_coverage(out, drafted.coverage)
    if made is None:
        out.print("Nothing is stored yet: add --reason '…' --yes to propose it.")
    else:
        out.print(f"Proposed as explanation {made.pk}. Another person approves it: explain --approve {made.pk}")


def _print_coverage(out: Screen, coverage: Coverage) -> None:
    calls, accounts = counted(coverage.comparisons, "comparison"), counted(coverage.accounts, "account")
    out.print(f"It covers {calls} of {accounts} in the kept evidence:")
    numbers = ("Count", "Accounts", "Legacy", "New")
    rows = table("Discrepancy", "Group", "Differs in", *numbers, numbers=numbers)
    for each in coverage.found:
        sums = [_plain(each.control_sum), _plain(each.candidate_sum)]
        rows.add_row(
            each.signature, " · ".join(each.group), ", ".join(each.paths), f"{each.count:,}", str(each.accounts), *sums
        )
    if coverage.found:
        out.print(rows)
    if coverage.control_sum is not None or coverage.candidate_sum is not None:
        out.print(f"Sums: {_plain(coverage.control_sum)} legacy, {_plain(coverage.candidate_sum)} new.")


def _plain(value: Any) -> str:
    return "" if value is None else queries.plain(value)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidChange(f"--expires takes a day as YYYY-MM-DD, not {text!r}.") from None


def _today() -> date:
    return datetime.now(UTC).date()
