"""Who is on the candidate, and which processes decide so."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from migration_harness import queries
from migration_harness.accounts import directory
from migration_harness.queries import FlagStatus, FleetMember

_WHOLE_BPS = 10_000
_EVERYONE = {True: "yes", False: "no", None: "unset"}


def metrics() -> Iterator[Metric]:
    """Read them."""
    yield from _flags(queries.flag_statuses())
    yield from _cohorts()
    yield from _fleet(queries.fleet())
    yield GaugeMetricFamily(
        "harness_audit_events", "Events on the audit trail: a fall means that it was shortened.",
        value=queries.audit_trail().count(),
    )  # fmt: skip


def _flags(flags: list[FlagStatus]) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "harness_flag_info", "Always 1: the stages of a flag, and whether everyone is in its cohort.",
        labels=["flag", "stage", "baseline", "everyone"],
    )  # fmt: skip
    share = GaugeMetricFamily("harness_flag_share_ratio", "The share that is set, from 0 to 1.", labels=["flag"])
    compared = GaugeMetricFamily("harness_flag_compared_ratio", "The share of calls that is compared.", labels=["flag"])
    members = GaugeMetricFamily(
        "harness_flag_members", "Accounts included or excluded by name.", labels=["flag", "membership"]
    )
    for flag in flags:
        info.add_metric([flag.name, flag.stage, flag.baseline, _EVERYONE[flag.everyone]], 1)
        share.add_metric([flag.name], flag.share_bps / _WHOLE_BPS)
        compared.add_metric([flag.name], flag.compared_bps / _WHOLE_BPS)
        members.add_metric([flag.name, "included"], flag.included)
        members.add_metric([flag.name, "excluded"], flag.excluded)
    return iter((info, share, compared, members))


def _cohorts() -> Iterator[Metric]:
    ids, snapshot = directory().all_ids(), queries.snapshot()
    cohort = GaugeMetricFamily(
        "harness_cohort_accounts", "Accounts for which the candidate is authoritative.", labels=["flag"]
    )
    share = GaugeMetricFamily("harness_cohort_share_ratio", "The same as a part of all accounts.", labels=["flag"])
    for name, accounts_of in queries.cohorts(ids).items():
        size = len(accounts_of)
        cohort.add_metric([name], size)
        share.add_metric([name], size / len(ids) if ids else 0)
    epoch = GaugeMetricFamily("harness_epoch", "Raised by every change of a flag.", value=snapshot.epoch)
    accounts = GaugeMetricFamily("harness_accounts", "All accounts of the installation.", value=len(ids))
    return iter((cohort, share, accounts, epoch))


def _fleet(fleet: list[FleetMember]) -> Iterator[Metric]:
    leases = GaugeMetricFamily(
        "harness_leases", "Processes that decide: live, or expired within the last minute.", labels=["role", "state"]
    )
    age = GaugeMetricFamily("harness_lease_age_seconds", "Since the stalest live lease was renewed.", labels=["role"])
    behind = GaugeMetricFamily(
        "harness_epochs_behind", "Epochs that the last of the live processes has not acknowledged.", labels=["role"]
    )
    units = GaugeMetricFamily("harness_open_units", "Units of work at the last renewal.", labels=["role"])
    for role in sorted({"web", "worker", *(each.process.role for each in fleet)}):
        own = [each for each in fleet if each.process.role == role]
        live = [each for each in own if each.is_live]
        leases.add_metric([role, "live"], len(live))
        leases.add_metric([role, "expired"], len(own) - len(live))
        behind.add_metric([role], max((each.behind for each in live), default=0))
        units.add_metric([role], sum(each.open_units for each in live))
        if live:
            age.add_metric([role], max(each.age_seconds for each in live))
    return iter((leases, age, behind, units))
