"""What each gate of the plan says before it opens, for the reason that is real at that time of a walk."""

from typing import Final

from .walk import Key

_TESTS: Final = "No run of the tests is recorded after phase "
_QUIET: Final = "No process has told of its errors in this time"
_LAWS: Final = "In 7 days no operation was recorded of: clustering, content_generation, "
_BOOKS: Final = "The books were never checked to the end of a tick"
_NOTHING_COMPARED: Final = "Nothing of this phase was ever compared, so nothing could differ."

SHUT: Final[dict[Key, str]] = {
    (1, "leaving", "tests"): _TESTS,
    (2, "leaving", "tests"): _TESTS,
    (3, "entering", "tests"): _TESTS,
    (3, "entering", "comparisons"): "manual · openai · text: Nothing of it was compared. (6 more unknown)",
    (3, "entering", "bound"): "keys.provider_key: Nothing that counts has been compared in this window.",
    (3, "entering", "discrepancies"): _NOTHING_COMPARED,
    (3, "entering", "latency"): "integration-provider-keys: No seam of the flag has 100 timed calls",
    (3, "entering", "silence"): "No call of this phase's seams is counted: ",
    (3, "entering", "stores"): "The two stores of integration-provider-keys do not have the same.",
    (3, "leaving", "tests"): _TESTS,
    (3, "leaving", "discrepancies"): _NOTHING_COMPARED,
    (3, "leaving", "quiet"): _QUIET,
    (3, "leaving", "trial_balance"): _BOOKS,
    (3, "leaving", "laws"): _LAWS,
    (3, "leaving", "stores"): "The two stores of integration-provider-keys do not have the same.",
    (3, "leaving", "checklist"): "2 of 2 items are not done: A key entered in the admin is used by the next call.",
    (4, "entering", "tests"): _TESTS,
    (4, "entering", "comparisons"): "manual · clustering · gpt-5.1: Nothing of it was compared. (16 more unknown)",
    (4, "entering", "bound"): "models.cost_usd: Nothing that counts has been compared in this window. (6 more unknown)",
    (4, "entering", "discrepancies"): _NOTHING_COMPARED,
    (4, "entering", "latency"): "model-selection: No seam of the flag has 100 timed calls",
    (4, "entering", "silence"): "No call of this phase's seams is counted: ",
    (4, "entering", "trial_balance"): _BOOKS,
    (4, "entering", "laws"): _LAWS,
    (4, "entering", "choices"): "3 stored choices have no active, priced model: bria:10@1 and 2 more.",
    (4, "entering", "forecast"): "No forecast has been made.",
    (4, "leaving", "tests"): _TESTS,
    (4, "leaving", "discrepancies"): _NOTHING_COMPARED,
    (4, "leaving", "quiet"): _QUIET,
    (4, "leaving", "trial_balance"): _BOOKS,
    (4, "leaving", "laws"): _LAWS,
    (4, "leaving", "checklist"): "10 of 10 items are not done: Cluster keywords by the button.",
    (5, "entering", "tests"): _TESTS,
    (5, "leaving", "tests"): _TESTS,
    (5, "leaving", "quiet"): _QUIET,
    (5, "leaving", "trial_balance"): _BOOKS,
    (5, "leaving", "laws"): _LAWS,
    (6, "entering", "tests"): _TESTS,
    (6, "entering", "discrepancies"): _NOTHING_COMPARED,
    (6, "leaving", "tests"): _TESTS,
    (6, "leaving", "discrepancies"): _NOTHING_COMPARED,
    (6, "leaving", "quiet"): _QUIET,
    (6, "leaving", "trial_balance"): _BOOKS,
    (6, "leaving", "laws"): _LAWS,
    (6, "leaving", "checklist"): "1 of 1 items are not done: The settings page shows the three image labels.",
    (7, "entering", "tests"): _TESTS,
    (7, "entering", "quiet"): _QUIET,
    (7, "entering", "legacy_unused"): "Evidence lost: ",
    (7, "entering", "checklist"): "9 of 9 items are not done: Cluster keywords by the button.",
    (7, "entering", "backup"): "No backup of what the deletion drops was verified.",
}
NEVER_SHUT: Final[set[Key]] = {(5, "leaving", "discrepancies")}
"""Phase 5 has no seam."""
STAY_SHUT: Final[set[Key]] = {(7, "entering", "legacy_unused")}
"""What the walk does not open."""
