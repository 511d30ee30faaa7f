"""The loss budget: the most that a rollout may cost customers before a fault is noticed, and the step it allows."""

from migration_harness.rollout.loss_budget.arithmetic import Allowed, Joining, largest_share
from migration_harness.rollout.loss_budget.reading import allowed_share_bps, credits_allowed, spent

__all__ = ["Allowed", "Joining", "allowed_share_bps", "credits_allowed", "largest_share", "spent"]
