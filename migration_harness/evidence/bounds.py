"""An upper bound of a ratio that stays valid however often one looks: a confidence sequence.

Note [Why it may be watched]: let p be the ratio that is not to be believed too low. A gambler who bets that it is
lower turns each trial into a fair game: the stake is multiplied by q / p at a failure and by (1 - q) / (1 - p) at a
success, for some q < p. The stake's expected growth is one where the chance of a failure is p, and less where it is
higher, whatever happened before. So the fortune is a nonnegative supermartingale, and by Ville's inequality it ever
reaches 1 / alpha with a chance of at most alpha: over all looks together, with any rule of stopping, and also where
the chance changes from trial to trial but is never below p. The upper bound is the lowest p above which the gambler
has 1 / alpha.

The gambler does not know q and mixes: q = p V, where V has the distribution Beta(A, 1). That is the beta mixture of
Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41
(1970), and of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
Annals of Statistics 49 (2021), cut off at p, which makes it one-sided. The fortune after f failures in n trials is

    A / (p^(A+f) (1-p)^(n-f))  x  integral from 0 to p of q^(A+f-1) (1-q)^(n-f) dq.

The integral is the whole beta function less its tail above p. Above the mode of the integrand's logarithm, which is
concave (at f = 0: after q^(A-1) is replaced by p^(A-1), which is larger), the tail is at most the integrand at p over
the slope of its logarithm there. In the fortune this comes to

    A (1-p) / (p (n-f) - max(A+f-1, 0) (1-p)),

which is taken off: a little too much, so that the bound is a little too high, and never too low.
"""

from math import inf, lgamma, log, log1p
from typing import Final

A: Final = 0.25
"""How much the mixture favours low ratios. The smaller it is, the fewer trials without a failure suffice and the more
a failure costs. At alpha 0.01 a bound of 1 % takes 509 trials without a failure, and 878 with one. With 0.5 it would
take 556 and 862, with 0.1 479 and 939; a bound that may be looked at once takes 459 and 662."""

MAX_TRIALS: Final = 10**12
"""Beyond it the logarithms of the gamma function cancel to too few digits."""


def upper_bound(*, failures: int, trials: int, alpha: float) -> float:
    """Return the upper bound of the chance of a failure; it is wrong at any of all looks with a chance of ``alpha``.

    1.0 without a success. Raises ValueError for counts or an ``alpha`` that cannot be.
    """
    if not 0 <= failures <= trials <= MAX_TRIALS:
        raise ValueError(f"{failures} failures in {trials} trials: at most {MAX_TRIALS} trials can be counted.")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is between 0 and 1, not {alpha}.")
    if failures == trials:
        return 1.0
    # Above this the fortune grows with the ratio; at it the gambler has won nothing.
    low, high = (A + failures) / (A + trials), 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if _rejects(middle, failures, trials, alpha) else (middle, high)
    return high


def trials_needed(*, failures: int, ratio: float, alpha: float) -> int:
    """Return the least number of trials, so many failures among them, of which the upper bound is at most ``ratio``."""
    if not 0 < ratio < 1:
        raise ValueError(f"The ratio is between 0 and 1, not {ratio}.")
    low = max(failures, int(failures / ratio))
    step = 1
    while not _reaches(ratio, failures, low + step, alpha):
        step *= 2
    low, high = low + step // 2, low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _reaches(ratio, failures, middle, alpha) else (middle, high)
    return high


def _reaches(ratio: float, failures: int, trials: int, alpha: float) -> bool:
    """Tell whether the upper bound is at most this ratio."""
    return A + failures < ratio * (A + trials) and _rejects(ratio, failures, trials, alpha)


def _rejects(ratio: float, failures: int, trials: int, alpha: float) -> bool:
    """Tell whether the fortune of who bets against this ratio has reached 1 / alpha."""
    successes = trials - failures
    whole = log(A) + lgamma(A + failures) + lgamma(successes + 1) - lgamma(A + trials + 1)
    fortune = whole - (A + failures) * log(ratio) - successes * log1p(-ratio)
    slope = ratio * successes - max(A + failures - 1, 0) * (1 - ratio)
    tail = A * (1 - ratio) / slope if slope > 0 else inf
    return fortune >= log(1 / alpha + tail)
