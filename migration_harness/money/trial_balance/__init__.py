"""The standing trial balance: every invariant of the ledger and of its evidence, checked all the time."""

from migration_harness.money.trial_balance.checking import check, check_all
from migration_harness.money.trial_balance.standing import Broken, Gone, TrialBalance, standing, trial_faults_open

__all__ = ["Broken", "Gone", "TrialBalance", "check", "check_all", "standing", "trial_faults_open"]
