"""What an action would do, on the page where it is confirmed."""

from dataclasses import dataclass

from dashboards.names import Names
from dashboards.numbers import number
from migration_harness import queries
from migration_harness.accounts import AccountInfo, directory
from migration_harness.control.consequences import Effect, moved_along
from migration_harness.control.flips import FlagChange
from migration_harness.control.retiring import in_the_way
from migration_harness.control.together import belonging
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag, KeptForecast
from migration_harness.plan import plan
from migration_harness.queries import Discrepancy, FlagStatus
from migration_harness.wording import counted, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of what would happen."""

    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A question, what a yes would do, and the word on the button. ``grave``: accounts change their price at once."""

    question: str
    facts: list[Fact]
    button: str
    grave: bool = False


def of_rollback(flag: FlagStatus, *, to_off: bool) -> Preview:
    """Tell what a rollback of this flag would do."""
    change = FlagChange(everyone=False, baseline=Stage.OFF) if to_off else FlagChange(everyone=False)
    stops = to_off or flag.baseline == Stage.OFF
    goes_on = "stops" if stops else f"goes on: the baseline is {flag.baseline}"
    return Preview(
        question=f"Roll back {flag.name}: everyone on the control, at once?",
        facts=[
            *facts_of(flag, change),
            *_meanwhile(flag.name),
            Fact(term="Comparing", text=goes_on),
            Fact(
                term="The cohort",
                text="stays as it is written: taking the rollback back returns to exactly where it was",
            ),
        ],
        button="Roll back now",
        grave=True,
    )


def of_retirement(flag: FlagStatus) -> Preview:
    """Tell what taking a flag off every list, or bringing it back, would do."""
    if flag.retired:
        return Preview(
            question=f"Bring {flag.name} back to the lists?",
            facts=[Fact(term="Accounts", text="nobody's answers change: it says what it said")],
            button="Bring it back",
        )
    reasons = list(in_the_way(Flag.objects.get(name=flag.name)))
    return Preview(
        question=f"Take {flag.name} off every list?",
        facts=[
            Fact(term="Accounts", text="nobody's answers change: nothing asks it any more"),
            Fact(term="The trail", text="keeps it, and it can be brought back"),
            *(Fact(term="In the way", text=each) for each in reasons),
        ],
        button="Take it off the lists",
    )


def of_return(flag: FlagStatus, changes: tuple[FlagChange, ...]) -> Preview:
    """Tell what taking a rollback back would do."""
    question = f"Take the rollback of {flag.name} back: return to the cohort from before?"
    return Preview(
        question=question if flag.everyone is False else f"{flag.name} is not rolled back: leave it as it is?",
        facts=[
            *facts_of(flag, *changes),
            *(
                Fact(
                    term=f"{way.flag}, which requires it",
                    text="stays rolled back: take it back afterwards, on its page",
                )
                for way in queries.ways_forward(flag.name)[1:]
            ),
        ],
        button="Return to the cohort",
    )


def of_share(flag: FlagStatus, change: FlagChange) -> Preview:
    """Tell what another share would do."""
    assert isinstance(change.share_bps, int)  # noqa: S101  For the type checker.
    now, then = percent(flag.share_bps), percent(change.share_bps)
    return Preview(
        question=f"Set the share of {flag.name} from {now} to {then}?",
        facts=facts_of(flag, change),
        button=f"Set the share to {then}",
    )


def of_account(flag: FlagStatus, change: FlagChange, account: AccountInfo | None) -> Preview:
    """Tell what moving one account would do to it; None stands for one that is gone and is taken off the list."""
    if account is None:
        return Preview(
            question=f"{flag.name}: take account {change.account_id}, which does not exist any more, off the list?",
            facts=facts_of(flag, change),
            button="Take it off the list",
        )
    before, after = queries.snapshot(), queries.snapshot_after(flag.name, change)
    was = before.decide(flag.name, account.account_id).stage
    then = after.decide(flag.name, account.account_id).stage
    moved = moved_along(before=before, after=after, name=flag.name, account_id=account.account_id)
    question, button = _MOVES[change.membership or "inherit"]
    lacking = [name for name in flag.requires if not after.in_cohort(name, account.account_id)]
    stays = f"{was}, as it is now{_why_it_stays(flag, lacking if change.membership == 'on' else [])}"
    return Preview(
        question=f"{flag.name}: {question.format(account.name)}?",
        facts=[
            Fact(term="Its stage", text=stays if was == then else f"{was} → {then}"),
            *_balance(account),
            *_price(flag, account, moved),
            *facts_of(flag, change),
        ],
        button=button,
    )


def _balance(account: AccountInfo) -> list[Fact]:
    if account.balance is None:
        return []
    return [Fact(term="Its balance", text=f"{account.balance:,} credits; this moves no credits")]


def of_review(found: Discrepancy, state: str) -> Preview:
    """Tell what a review says."""
    what = f"{found.seam} · {' · '.join(found.group)}" if found.group else found.seam
    return Preview(
        question=f"{what}: {_SAYS[state][0]}?",
        facts=[
            Fact(
                term="Now",
                text=f"{found.state}, {counted(found.count, 'call')} of {counted(found.accounts, 'account')}",
            ),
            Fact(term="Then", text=_SAYS[state][1]),
        ],
        button=_SAYS[state][2],
    )


def of_sign_off(kept: KeptForecast) -> Preview:
    """Tell what signing this forecast says."""
    return Preview(
        question=f"Sign forecast {kept.pk}: these prices are agreed to?",
        facts=[
            Fact(term="It says", text=kept.summary["headline"]),
            Fact(term="Of", text=kept.calls_of),
            Fact(term="As if on for all", text=", ".join(kept.flags)),
            Fact(term="Made", text=f"{kept.at:%Y-%m-%d %H:%M:%S} UTC by {kept.actor}"),
            Fact(
                term="It holds",
                text="until a price, a default model, a tier or the price list changes; then it is void",
            ),
        ],
        button="Sign it",
    )


_MOVES = {
    "on": ("put {} on the candidate", "Put it on the candidate"),
    "off": ("take {} off the candidate", "Take it off the candidate"),
    "inherit": ("leave {} to the share", "Leave it to the share"),
}
_SAYS = {
    "acknowledged": ("is somebody on it", "acknowledged: it no longer waits for a review", "Acknowledge it"),
    "fixed": ("is it fixed", "fixed; it reopens by itself when it comes back", "Say that it is fixed"),
    "open": ("shall the review be taken back", "open: it waits for a review again", "Take the review back"),
}


def facts_of(flag: FlagStatus, *changes: FlagChange) -> list[Fact]:
    """Return who would join and leave, what it costs those who leave, and what follows for other flags."""
    effects = queries.effects_after(flag.name, *changes, account_ids=directory().all_ids())
    cost = queries.cost_of_return(effects)
    effect = effects.pop(flag.name)
    names = Names([*effect.joined[:5], *effect.left[:5]])
    facts = [
        Fact(term="Join the candidate", text=_who(effect.joined, names)),
        Fact(term="Go back to the control", text=_who(effect.left, names)),
        Fact(term="Afterwards", text=f"{effect.on_candidate:,} of {effect.accounts:,} accounts are on the candidate"),
    ]
    if flag.requires:
        text = f"{', '.join(flag.requires)}: an account must be in that cohort as well"
        facts.append(Fact(term="Requires", text=text))
    if effect.left:
        text = (
            f"{cost.pay_more:,} of those who go back pay more from then on, {cost.dry_within_a_day:,} would run dry "
            "within a day at their rate of the last 24 hours"
        )
        facts.append(Fact(term="Money", text=text))
    return facts + [Fact(term=f"{name}, which requires it", text=_moved(each)) for name, each in effects.items()]


def _meanwhile(name: str) -> list[Fact]:
    """Return what customers see while a flag is rolled back, and which flags come along."""
    sees = plan().customers_see
    facts = [Fact(term="Customers see", text=sees(name))] if sees(name) else []
    for each in belonging(queries.snapshot(), [name]):
        text = "unless only this flag is rolled back: then it stays as it is, and has no effect until this one returns"
        seen = f"; customers see {sees(each.flag)}" if sees(each.flag) else ""
        facts.append(Fact(term=f"{each.flag} comes along", text=f"{text}{seen}"))
    return facts


def _why_it_stays(flag: FlagStatus, lacking: list[str]) -> str:
    if flag.everyone is False:
        return f": {flag.name} is rolled back"
    return f": {flag.name} requires {', '.join(lacking)}, and the account is not in that cohort" if lacking else ""


def _price(flag: FlagStatus, account: AccountInfo, moved: list[str]) -> list[Fact]:
    count, control, candidate = queries.recent_charges(account.account_id, flags=[flag.name, *moved])
    if not count:
        return []
    text = (
        f"{number(control)} credits by the legacy tariff, {number(candidate)} by the new price, "
        f"over its {counted(count, 'compared charge')} of the last {queries.RECENT_DAYS} days"
    )
    return [Fact(term="Its price", text=text)]


def _who(account_ids: tuple[str, ...], names: Names) -> str:
    return f"{counted(len(account_ids), 'account')}: {names.some(list(account_ids))}" if account_ids else "nobody"


def _moved(effect: Effect) -> str:
    return f"{len(effect.joined):,} join the candidate as well, {len(effect.left):,} go back as well"
