"""``harness explore``: searches the smallest input on which the sides of a seam differ, before any traffic does."""

import json as json_texts
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Exit, Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import ask, verb
from migration_harness.cli.output import FAILED, Json, console, print_json, table
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, good, warning
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.queries import Explored
from migration_harness.wording import counted

if TYPE_CHECKING:
    from migration_harness.exploring.explore import Explored as Search

_LIBRARY = "hypothesis"
SeamName = Annotated[str, Argument(help="The seam to search; without one, what earlier searches have found.")]
Seconds = Annotated[float, Option("--seconds", min=0.1, help="How long to search.")]
Seed = Annotated[int | None, Option("--seed", min=0, help="Go through the inputs of an earlier search again.")]


@verb()
def explore(seam: SeamName = "", *, seconds: Seconds = 60.0, seed: Seed = None, json: Json = False) -> None:
    """Search the smallest input on which control, candidate and oracle of a seam disagree, before traffic does."""
    searched = None
    if seam:
        ask(actions.EXPLORE, subject=seam)
        searched = _searched(seam, seconds=seconds, seed=seed)
    found = queries.explored(seam)
    if json:
        told = {"findings": [_as_json(each) for each in found]}
        print_json(told if searched is None else _told(searched) | told)
    else:
        _print(found, searched)
    if searched is not None and found:
        raise Exit(FAILED)


def _searched(seam: str, *, seconds: float, seed: int | None) -> "Search":
    try:
        from migration_harness.exploring.explore import explore as search  # noqa: PLC0415  Of an extra.
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != _LIBRARY:
            raise
        raise HarnessMisconfigured(
            f"harness explore needs {_LIBRARY}: pip install 'migration-harness[explore]'"
        ) from None
    with progress() as shown:
        bar = shown.add_task(f"Inputs of {seam}", total=None)
        return search(
            seam, seconds=seconds, seed=seed, on_batch=lambda so_far: shown.update(bar, completed=so_far.inputs)
        )


def _told(searched: "Search") -> dict[str, Any]:
    return {
        "seam": searched.seam.name,
        "seed": searched.seed,
        "inputs": searched.inputs,
        "past_calls": searched.past,
        "branches": {"reached": searched.branches_reached, "known": searched.branches_known},
        "no_other_inputs": searched.is_whole,
        "solver": searched.solver,
        "fixed": list(searched.fixed),
        "seconds": round(searched.seconds, 1),
    }


def _as_json(each: Explored) -> dict[str, Any]:
    found, row = each.discrepancy, each.row
    return {
        "kind": "explored",
        "signature": found.signature,
        "seam": found.seam,
        "verdict": found.verdict,
        "group": list(found.group),
        "state": found.state,
        "apart": queries.plain(each.apart) if each.apart is not None else None,
        "near": row.near,
        "at_risk": queries.plain(each.at_risk) if each.at_risk is not None else None,
        "seed": row.seed,
        "first_at": found.first_at,
        "last_at": found.last_at,
        **row.payload,
    }


def _print(found: list[Explored], searched: "Search | None") -> None:
    out = console()
    if searched is not None:
        for signature in searched.fixed:
            out.print(good("fixed"), f"{signature}: the sides do not differ in it any more.")
    for each in found:
        _print_one(out, each)
    if found:
        first = found[0].discrepancy.signature
        out.print(f"Make a test of one: harness discrepancies export {first} --pytest test_{first}.py")
    elif searched is None:
        out.print("Nothing that a search has found needs a review. Search one seam: harness explore SEAM")
    if searched is not None:
        out.print(_said(searched, found))


def _said(searched: "Search", found: list[Explored]) -> str:
    """Return in a sentence what was searched: nothing found means no more than this."""
    what = f"{counted(len(found), 'difference')} found" if found else "Nothing found"
    past = f", beginning with {counted(searched.past, 'past call')}" if searched.past else ""
    whole = "; there are no others" if searched.is_whole else ""
    solved = f", with {searched.solver}" if searched.solver else ""
    reached = f"{searched.branches_reached:,} of the {searched.branches_known:,} branches of the functions that ran"
    return (
        f"{what} in {counted(searched.inputs, 'input')}{past}{solved}{whole}. They reached {reached}. "
        f"{searched.seconds:,.0f} s, seed {searched.seed}."
    )


def _print_one(out: Screen, each: Explored) -> None:
    found, payload = each.discrepancy, each.row.payload
    group = f" · {' · '.join(found.group)}" if found.group else ""
    out.print(warning(found.signature), f"{found.seam} · {found.verdict}{group} · {found.state}")
    out.print(f"  {_call(payload['call'])}")
    rows = table("Field", "Control", "Candidate", "Expected", numbers=("Control", "Candidate", "Expected"))
    for d in payload["differences"]:
        rows.add_row(d["path"], str(d["control"]), str(d["candidate"]), str(payload.get("expected", "")))
    out.print(rows)
    for note in dict.fromkeys(d["note"] for d in payload["differences"] if "note" in d):
        out.print(f"  {note}")
    near = f"{counted(each.row.near, 'recorded call')} of a month come near it" if each.row.near else "no call is near"
    money = "" if not each.at_risk else f": {queries.plain(each.apart)} each, {queries.plain(each.at_risk)} in all"
    out.print(f"  {near}{money}.")


def _call(call: dict[str, Any]) -> str:
    return ", ".join(f"{name}={json_texts.dumps(value, ensure_ascii=False)}" for name, value in call.items())
