"""System checks: misconfiguration is found at start-up, with a hint."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import DatabaseError, connections
from psycopg import IsolationLevel

from migration_harness.backup.keys import backup_keys
from migration_harness.backup.missing import missing_in
from migration_harness.comparing.explanations import Oracle
from migration_harness.conf import recorded_bps, setting, shadow_ms, shadowed_bps
from migration_harness.control.retiring import seams_asking
from migration_harness.database import alias
from migration_harness.deciding.direct import of_listen_url
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.declared import wrongly_declared, wrongly_named
from migration_harness.errors.keeping import is_installed
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.isolation import STRICTER
from migration_harness.money.ledger import ledger
from migration_harness.operations.declaring import operations
from migration_harness.operations.triggers import lacking
from migration_harness.plan import plan
from migration_harness.queries import staff_without_role
from migration_harness.rollout.notices.receivers import receivers
from migration_harness.schema.kinds import Kind
from migration_harness.schema.misplaced import misplaced
from migration_harness.seams.deferred.secrets import secrets_in
from migration_harness.seams.parts import missing, not_followed
from migration_harness.seams.seam import Seam
from migration_harness.seams.shared_code import shared_code
from migration_harness.seams.write_seam import WriteSeam
from migration_harness.stores.pair import pairs
from migration_harness.trail.guards import lifted
from migration_harness.wording import counted

OLDEST_POSTGRESQL: Final = 170_000
_MISPLACED: Final = {Kind.PRE: "migration_harness.W038", Kind.POST: "migration_harness.W039"}


@register("migration_harness")
def check_settings(**_: Any) -> list[CheckMessage]:
    """The flag model and the host's objects are named, and can be imported."""
    found: list[CheckMessage] = []
    if getattr(settings, "WAFFLE_FLAG_MODEL", None) != "migration_harness.Flag":
        found.append(
            Error(
                "WAFFLE_FLAG_MODEL is not migration_harness.Flag.",
                hint='Set WAFFLE_FLAG_MODEL = "migration_harness.Flag" before the first migrate.',
                id="migration_harness.E001",
            )
        )
    if not hasattr(settings, "HARNESS"):
        found.append(
            Info(
                "HARNESS is not set: there is no plan, and accounts are known by their ids alone.",
                hint="Run python manage.py harness init, which writes a plan and says what to set; or set {}.",
                id="migration_harness.I001",
            )
        )
    found.extend(Error(sentence, hint=hint, id="migration_harness.E002") for sentence, hint in wrongly_declared())
    found.extend(CheckWarning(sentence, hint=hint, id="migration_harness.W042") for sentence, hint in wrongly_named())
    return found


@register("migration_harness")
def check_required(**_: Any) -> list[CheckMessage]:
    """A flag requires flags that come before it: what it needs can be had, and no two require each other."""
    try:
        flags = plan().flags
    except (HarnessMisconfigured, ImportError):
        return []
    names = [flag.name for flag in flags]
    return [
        Error(
            f"The flag {flag.name} requires {required}, which the plan does not list before it.",
            hint="List it before, in the same phase or an earlier one; no two flags can require each other.",
            id="migration_harness.E011",
        )
        for number, flag in enumerate(flags)
        for required in flag.requires
        if required not in names[:number]
    ]


@register("migration_harness")
def check_seams(**_: Any) -> list[CheckMessage]:
    """Every seam's flag is in the plan, and money is explained by an oracle alone."""
    try:
        planned, has_phases = plan().seams, bool(plan().phases)
    except (HarnessMisconfigured, ImportError):
        return []
    found: list[CheckMessage] = check_stores()
    found.extend(
        Error(
            f"The plan lists the seam {name}, which no code declares.",
            hint="Declare it in the seams module of an app, or take it out of the plan.",
            id="migration_harness.E010",
        )
        for name in sorted(planned.keys() - {seam.name for seam in seams})
    )
    for seam in seams:
        if has_phases and planned.get(seam.name) != seam.flag:
            found.append(
                Error(
                    f"The seam {seam.name} asks the flag {seam.flag!r}, and the plan does not list it there.",
                    hint="Add it to the seams of that flag in the plan, or correct the seam.",
                    obj=seam,
                    id="migration_harness.E003",
                )
            )
        explanations = seam.criteria.explanations if isinstance(seam, Seam) else ()
        if seam.money and not (len(explanations) == 1 and isinstance(explanations[0], Oracle)):
            found.append(
                Error(
                    f"The money seam {seam.name} is not explained by one oracle alone.",
                    hint="Give explain=[...] the oracle of the signed price list and nothing else.",
                    obj=seam,
                    id="migration_harness.E004",
                )
            )
    found.extend(
        Error(
            f"Two seams are called {name!r}: their comparisons could not be told apart.",
            hint="Give one of them another name.",
            id="migration_harness.E005",
        )
        for name in sorted(seams.duplicates)
    )
    return found


@register("migration_harness")
def check_shared_code(**_: Any) -> list[CheckMessage]:
    """Amounts that both sides compute by one piece of code are judged by an oracle, too."""
    found: list[CheckMessage] = []
    for seam in seams:
        if not isinstance(seam, Seam) or not (seam.money or seam.measure):
            continue
        if any(isinstance(each, Oracle) for each in seam.criteria.explanations):
            continue
        if names := shared_code(seam.control, seam.candidate, known=seam.shared):
            found.append(
                CheckWarning(
                    f"Control and candidate of the seam {seam.name} share code, and no oracle judges its amounts: a "
                    f"fault in it is a match. Shared: {', '.join(names)}.",
                    hint="Give explain=[...] an oracle that computes the amount independently; or say of what needs "
                    "none why: shared={function: reason}.",
                    obj=seam,
                    id="migration_harness.W002",
                )
            )
    return found


@register("migration_harness")
def check_revisions(**_: Any) -> list[CheckMessage]:
    """It can be told of every candidate what it runs on, and every stop on the way has its reason."""
    found: list[CheckMessage] = []
    stops = setting("REVISION_STOPS_AT", {})
    if not isinstance(stops, dict) or not all(isinstance(why, str) and why.strip() for why in stops.values()):
        found.append(
            Error(
                'HARNESS["REVISION_STOPS_AT"] is no dictionary of modules, each with the reason.',
                hint='Write {"shop.celery": "It starts workers: no answer depends on how."}.',
                id="migration_harness.E024",
            )
        )
    for seam in seams:
        if not isinstance(seam, Seam):
            continue
        if places := not_followed(seam):
            found.append(
                CheckWarning(
                    f"It cannot be told what the candidate of the seam {seam.name} runs on: {' '.join(places)} A "
                    "change anywhere in it begins a new evidence window.",
                    hint="Import by names that are written out. Or end the way there by "
                    'HARNESS["REVISION_STOPS_AT"], and name what it runs on in runs_on=[...] of the seam.',
                    obj=seam,
                    id="migration_harness.W011",
                )
            )
        found.extend(
            Error(
                f"The seam {seam.name} runs on {each}, which is not there.",
                hint="Correct runs_on=[...] of the seam.",
                obj=seam,
                id="migration_harness.E025",
            )
            for each in missing(seam)
        )
    return found


@register("migration_harness")
def check_deferred(**_: Any) -> list[CheckMessage]:
    """No secret is written down for a worker."""
    return [
        Error(
            f"The seam {seam.name} is deferred, and by its annotations a secret is in its {', '.join(places)}.",
            hint="Take deferred=True away: no secret is written down, so no call of it would be compared.",
            obj=seam,
            id="migration_harness.E047",
        )
        for seam in seams
        if isinstance(seam, Seam) and seam.deferred and (places := secrets_in(seam.control, seam.candidate))
    ]


def check_stores() -> list[CheckMessage]:
    """Every write seam's flag has a store by the plan, and its stores are declared."""
    with_store = {flag.name for flag in plan().flags if flag.has_store}
    found: list[CheckMessage] = []
    for seam in seams:
        if not isinstance(seam, WriteSeam):
            continue
        if seam.flag not in with_store:
            found.append(
                Error(
                    f"The write seam {seam.name} asks the flag {seam.flag!r}, which has no store by the plan.",
                    hint="Say has_store=True on the PlannedFlag: a rollback from complete could lose what was written.",
                    obj=seam,
                    id="migration_harness.E008",
                )
            )
        if seam.name not in pairs:
            found.append(
                Error(
                    f"The stores of the write seam {seam.name} are not declared.",
                    hint=f"Declare StorePair(flag={seam.flag!r}, seam={seam.name!r}, …) beside it.",
                    obj=seam,
                    id="migration_harness.E009",
                )
            )
    return found


@register("migration_harness")
def check_alias(**_: Any) -> list[CheckMessage]:
    """The database of the harness is one of Django's, and the ledger of the host is in it."""
    if alias() not in connections:
        return [
            Error(
                f'HARNESS["DATABASE"] is {alias()!r}, and DATABASES has no such alias.',
                hint=f"Name one of: {', '.join(connections)}.",
                id="migration_harness.E020",
            )
        ]
    where = getattr(_ledger(), "database", alias())
    if where == alias():
        return []
    return [
        Error(
            f"The ledger of the host is at the database {where!r}, the harness at {alias()!r}.",
            hint='Keep both in one database, and name it in HARNESS["DATABASE"]: a charge commits with its evidence.',
            id="migration_harness.E021",
        )
    ]


@register("migration_harness")
def check_listen_url(**_: Any) -> list[CheckMessage]:
    """The direct connection of the leases can be read: else no process ever has flags to decide by."""
    try:
        of_listen_url()
    except HarnessMisconfigured as error:
        return [Error(str(error), hint="Correct HARNESS_LISTEN_URL, or unset it.", id="migration_harness.E023")]
    return []


@register("migration_harness")
def check_operations(**_: Any) -> list[CheckMessage]:
    """What is declared of operations is there, and nothing stands between their connection and the database."""
    try:
        tables = [each.table for each in operations().models]
        share = recorded_bps()
        shadowed_bps()
        shadow_ms()
    except HarnessMisconfigured as error:
        hint = (
            'Correct HARNESS["OPERATIONS"], HARNESS["RECORDED_BPS"], HARNESS["SHADOWED_BPS"] or HARNESS["SHADOW_MS"].'
        )
        return [Error(str(error), hint=hint, id="migration_harness.E040")]
    if not (tables and share and setting("LISTEN_URL")):
        return []
    return [
        CheckWarning(
            "Operations are recorded by a mark of the session, and a pooler stands before the database.",
            hint='Have the pooler keep a connection for a session, or set HARNESS["RECORDED_BPS"] to 0.',
            id="migration_harness.W041",
        )
    ]


@register("migration_harness", Tags.database)
def check_captured(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The tables of declared models have their trigger: else rows go unrecorded, and laws say nothing of them."""
    if alias() not in (databases or ()):
        return []
    try:
        found = lacking()
    except (HarnessMisconfigured, DatabaseError):
        return []  # Another check says so.
    return [
        CheckWarning(
            f"The table of {model} has no trigger harness_capture, or another one: its rows are not recorded.",
            hint="Run python manage.py migrate.",
            id="migration_harness.W040",
        )
        for model in found
    ]


@register("migration_harness")
def check_notices(**_: Any) -> list[CheckMessage]:
    """Who is told can be told, and who is asked before a step: else a rollout would hold at its first."""
    try:
        receivers()
    except HarnessMisconfigured as error:
        return [Error(str(error), hint="See docs/how-to/be-told-of-rollouts.md.", id="migration_harness.E030")]
    return []


@register("migration_harness")
def check_drops(**_: Any) -> list[CheckMessage]:
    """What the plan drops is there, or a schema migration has dropped it; and what of it is secret can be encrypted."""
    try:
        planned = plan()
    except (HarnessMisconfigured, ImportError):
        return []
    hint = "Correct drops=(…) of the phase: app_label.Model, and its fields by their names."
    found: list[CheckMessage] = [
        Error(sentence, hint=hint, id="migration_harness.E035") for sentence in missing_in(planned)
    ]
    if any(drop.secret for drop in planned.drops):
        try:
            backup_keys()
        except HarnessMisconfigured as error:
            found.append(Error(str(error), hint='Set HARNESS["BACKUP_KEYS"].', id="migration_harness.E036"))
    return found


def _has_phases() -> bool:
    """Whether there is a plan to keep; one that cannot be read is another check's affair."""
    try:
        return bool(plan().phases)
    except (HarnessMisconfigured, ImportError):
        return True


@register("migration_harness")
def check_errors(**_: Any) -> list[CheckMessage]:
    """Errors of the log are counted, else nobody can ever say that there were none."""
    if is_installed() or not _has_phases():
        return []
    return [
        CheckWarning(
            "No error of the log is counted, so it stays unknown whether a week went by without one.",
            hint="Add migration_harness.api.keep_errors to the processors of structlog and to the foreign_pre_chain of "
            "its ProcessorFormatter. See docs/reference.md, Errors of the log.",
            id="migration_harness.W027",
        )
    ]


def _ledger() -> object:
    """Return the host's ledger; None where it has none, or where another check says what is wrong with it."""
    try:
        return ledger()
    except (HarnessMisconfigured, ImportError):
        return None


@register(Tags.database)
def check_migrations(**_: Any) -> list[CheckMessage]:
    """A migration of the project that takes something away is marked post, and one that adds is not."""
    hint = "See docs/how-to/change-the-schema.md."
    return [CheckWarning(sentence, hint=hint, id=_MISPLACED[kind]) for kind, sentence in misplaced()]


@register(Tags.database)
def check_database(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """PostgreSQL is new enough where the harness is, and every stage there is in the stage table."""
    if alias() not in (databases or ()) or alias() not in connections:
        return []
    database = connections[alias()]
    if database.vendor != "postgresql" or database.pg_version < OLDEST_POSTGRESQL:  # type: ignore[attr-defined]
        return [
            Error(
                f"The database {alias()!r} is no PostgreSQL 17 or newer.",
                hint="The harness needs transaction_timeout, which came with PostgreSQL 17.",
                id="migration_harness.E006",
            )
        ]
    if "migration_harness_flag" not in database.introspection.table_names():
        return []
    with database.cursor() as cursor:
        # Asked before every migrate, the one that adds the column among them.
        cursor.execute(
            "SELECT name, stage, baseline, requires, to_jsonb(f) ->> 'retired' = 'true' FROM migration_harness_flag f"
        )
        found = cursor.fetchall()
    rows = [row[:3] for row in found]
    stages = {stage.value for stage in Stage}
    strange = [
        Error(
            f"The flag {name} has the unknown stage {unknown[0]!r}.",
            hint=f"The stages are: {', '.join(Stage)}. Was the code rolled back without the database?",
            id="migration_harness.E007",
        )
        for name, *both in rows
        if (unknown := [value for value in both if value not in stages])
    ]
    unguarded = [
        Error(sentence, hint="See docs/reference.md, System checks.", id="migration_harness.E022")
        for sentence in lifted()
    ]
    requires = _check_requires({name: required for name, _, _, required, _ in found})
    retired = _check_retired(name for name, *_, is_retired in found if is_retired)
    return [*_check_isolation(database), *strange, *unguarded, *requires, *retired, *_check_roles(database)]


def _check_requires(now: Mapping[str, Sequence[str]]) -> list[CheckMessage]:
    """Flags that were created before the plan let them require others do so by now."""
    try:
        planned = plan().flags
    except (HarnessMisconfigured, ImportError):
        return []
    return [
        CheckWarning(
            f"The flag {flag.name} requires {', '.join(now[flag.name]) or 'no other'}, by the plan "
            f"{', '.join(flag.requires) or 'no other'}: it was created by an earlier plan.",
            hint="Create the flags of the plan again, which changes nothing else of them; here: manage.py seed.",
            id="migration_harness.W012",
        )
        for flag in planned
        if flag.name in now and list(flag.requires) != list(now[flag.name])
    ]


def _check_retired(names: Iterable[str]) -> list[CheckMessage]:
    """What is retired is neither in the plan nor asked: else it was retired early, or the code was brought back."""
    try:
        planned = {flag.name for flag in plan().flags}
    except (HarnessMisconfigured, ImportError):
        planned = set()
    return [
        CheckWarning(
            f"The flag {name} is retired, and the running code has it: it decides as before, and no list shows it.",
            hint=f"harness flag {name} --unretire --reason …, or take it out of the plan, and remove its seams.",
            id="migration_harness.W037",
        )
        for name in names
        if name in planned or seams_asking(name)
    ]


def _check_roles(connection: Any) -> list[CheckMessage]:
    """Whoever operated before there were roles has one now, or somebody knows that they have none."""
    users = get_user_model()._meta  # noqa: SLF001  Django's documented name.
    there = {"auth_permission", "auth_group_permissions", users.db_table}
    if not there <= set(connection.introspection.table_names()) or not (count := staff_without_role()):
        return []
    return [
        CheckWarning(
            f"{counted(count, 'active staff user')} without a role may not look at the migration.",
            hint="Put them into a group in the admin, each by what they do: Migration viewer, Migration operator, "
            "Migration approver. See docs/how-to/give-people-their-roles.md.",
            id="migration_harness.W010",
        )
    ]


def _check_isolation(connection: Any) -> list[CheckMessage]:
    """Transactions that the project opens are at READ COMMITTED, else no charge can be made inside them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'default_transaction_isolation'")
        by_default, source = cursor.fetchone()
    chosen = connection.settings_dict["OPTIONS"].get("isolation_level")
    level = by_default if chosen is None else IsolationLevel(chosen).name.replace("_", " ").lower()
    if level not in STRICTER:
        return []
    where = f"default_transaction_isolation ({source})" if chosen is None else 'OPTIONS["isolation_level"]'
    return [
        CheckWarning(
            f"Transactions of the database {connection.alias!r} are at {level.upper()}, by {where}: charges and flips "
            "inside one that the project opens are refused, and each charge outside takes a transaction of its own.",
            hint=f"Set READ COMMITTED in {where}, and a stricter level where a transaction needs it.",
            id="migration_harness.W001",
        )
    ]
