"""No account loses credits faster than its forecast says."""

from dataclasses import dataclass
from typing import Final

from migration_harness.accounts import directory
from migration_harness.deciding.flags import load_snapshot
from migration_harness.evidence.findings import Answer
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.figures import are_kept
from migration_harness.money.forecast.sign_off import forecast_signed_off
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.rollout.guards.losing import Losing, Tolerance, losing
from migration_harness.wording import counted

_MAKE: Final = (
    "Make another, and sign it (python manage.py harness forecast --sign-off --reason WHY --yes --as USERNAME)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What accounts are charged since they joined the cohort, against the forecast that a person has signed.

    What is compared is what their charges come to, of each operation and model, and never how many there are: who does
    more work is charged more. Broken where charges of an account come to more than chance explains, to more than
    ``times`` what the forecast says of so many, and to ``least_credits`` above it. What an account's forecast does not
    have, says nothing; and without a signed forecast that holds, nothing can be said at all.

    Attributes:
        name: Its name.
        times: How many times their forecast charges may come to: calls grow, and their tokens with them.
        least_credits: Credits that are too few to roll a flag back for.
    """

    name: str = "balance"
    times: int = 2
    least_credits: int = 100

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether any account is charged much more than its forecast says of so many charges."""
        kept, why_not = _signed(watched.flag)
        if kept is None:
            return self._unknown(f"{why_not} It does not decide until then.")
        found = losing(watched, kept=kept, tolerance=Tolerance(times=self.times, least=self.least_credits))
        if not found.accounts and not found.unforeseen and _nobody_is_in(watched.flag):
            told = "Nobody is in the cohort: nobody is charged its prices."
            return GuardAnswer(guard=self.name, reading=Reading.HOLDS, sentence=told, numbers=_numbers(kept, found))
        if not found.accounts:
            none = f"No account that {kept} knows was charged since it joined the cohort."
            return self._unknown(f"{none}{_unforeseen(found)}")
        return self._broken(kept, found) if found.fast else self._holds(kept, found)

    def _unknown(self, sentence: str) -> GuardAnswer:
        return GuardAnswer(guard=self.name, reading=Reading.NO_DATA, sentence=sentence)

    def _holds(self, kept: KeptForecast, found: Losing) -> GuardAnswer:
        said = f"{counted(found.accounts, 'account')}: the charges of none come to much more than {kept} says of them."
        return GuardAnswer(
            guard=self.name,
            reading=Reading.HOLDS,
            sentence=f"{said}{_unforeseen(found)}",
            numbers=_numbers(kept, found),
        )

    def _broken(self, kept: KeptForecast, found: Losing) -> GuardAnswer:
        worst, who = found.fast[0], len({loss.account_id for loss in found.fast})
        by_chance = worst.by_chance(among=found.among)
        return GuardAnswer(
            guard=self.name,
            reading=Reading.BROKEN,
            sentence=(
                f"{who:,} of {counted(found.accounts, 'account')} {'loses' if who == 1 else 'lose'} credits faster "
                f"than {kept} says; worst is account {worst.account_id}: {worst.credits:,.0f} credits for "
                f"{counted(worst.charges, 'charge')} of {worst.of}, where it says {worst.expected:,.0f}, and chance "
                f"explains {by_chance:,} more."
            ),
            numbers=_numbers(kept, found)
            | {
                "fast": str(who),
                "worst account": worst.account_id,
                "worst kind": worst.of,
                "worst charges": str(worst.charges),
                "worst charged": f"{worst.credits:f}",
                "worst forecast": f"{worst.expected:.2f}",
                "worst by chance": str(by_chance),
            },
        )


def _signed(flag: str) -> tuple[KeptForecast | None, str]:
    """Return the forecast that is signed and holds; else None, and why there is none."""
    status = forecast_signed_off()
    if status.answer is not Answer.OPEN or status.sign_off is None:
        return None, f"There is no signed forecast that holds. {status.sentence}"
    kept = status.sign_off.forecast
    if flag not in kept.flags:
        return None, f"The signed {kept} is of {', '.join(kept.flags)}, and says nothing of {flag}. {_MAKE}"
    if not are_kept(kept):
        return None, f"The signed {kept} keeps no figures by account. {_MAKE}"
    return kept, ""


def _nobody_is_in(flag: str) -> bool:
    """Tell whether a step is too small for the accounts that there are: nothing would ever be known of it."""
    snapshot = load_snapshot()
    return not any(snapshot.in_cohort(flag, account_id) for account_id in directory().all_ids())


def _unforeseen(found: Losing) -> str:
    if not found.unforeseen:
        return ""
    who = "1 other was" if found.unforeseen == 1 else f"{found.unforeseen:,} others were"
    return f" {who} charged for what the forecast does not have of them."


def _numbers(kept: KeptForecast, found: Losing) -> dict[str, str]:
    return {
        "forecast": str(kept.pk),
        "accounts": str(found.accounts),
        "fast": "0",
        "without a forecast": str(found.unforeseen),
    }
