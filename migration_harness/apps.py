"""The harness as a Django app."""

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from migration_harness.control.gating import Admission, Forward


class MigrationHarnessConfig(AppConfig):
    """Installs the purity guard, finds the seams of every app and reads their revision."""

    name = "migration_harness"
    verbose_name = "Migration harness"
    default_auto_field = "django.db.models.BigAutoField"
    database_name = ""
    """Of the database in which the harness is, as the settings name it; a test runner gives it another."""

    def import_models(self) -> None:
        """Import the tables. Raises ImproperlyConfigured where that of waffle's flags is no table of the project."""
        if not apps.is_installed("waffle"):
            raise ImproperlyConfigured(
                'INSTALLED_APPS has "migration_harness" and not "waffle": add it. Flags of the harness are flags of '
                "django-waffle."
            )
        super().import_models()

    def ready(self) -> None:
        """Import each app's ``seams`` module, as the admin does with ``admin``."""
        # Models are ready only now.
        from migration_harness.accounts import Seen  # noqa: PLC0415
        from migration_harness.authority import proving  # noqa: PLC0415
        from migration_harness.control import gating  # noqa: PLC0415
        from migration_harness.deciding import processes, source  # noqa: PLC0415
        from migration_harness.errors import keeping as errors  # noqa: PLC0415
        from migration_harness.errors import reporter  # noqa: PLC0415
        from migration_harness.log import (  # noqa: PLC0415
            announcing,
            folding,
            record,
            waiting,
        )
        from migration_harness.operations import catching, triggers  # noqa: PLC0415
        from migration_harness.operations import keeping as operations  # noqa: PLC0415
        from migration_harness.queries import members  # noqa: PLC0415
        from migration_harness.reviewing import stored_rules  # noqa: PLC0415
        from migration_harness.rollout import revision  # noqa: PLC0415
        from migration_harness.rollout.automatic import watching  # noqa: PLC0415
        from migration_harness.rollout.notices import appearing, rising  # noqa: PLC0415
        from migration_harness.seams import keeping, purity, revisions, sides  # noqa: PLC0415
        from migration_harness.seams.deferred import waking  # noqa: PLC0415
        from migration_harness.tokens import owning  # noqa: PLC0415
        from migration_harness.tombstones import columns  # noqa: PLC0415
        from migration_harness.tombstones import reporter as tombstones  # noqa: PLC0415

        self._await_tests()
        Seen.ids = staticmethod(members.seen_accounts)
        gating.answer_by(_admission)
        proving.token_owners.append(owning.owner_of)
        purity.watch()
        catching.watch()
        operations.revision_by(revision.name_of_running)
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="harness-capture")
        record.read_by(sides.answered_under_guard)
        connection_created.connect(processes.name_connection, dispatch_uid="harness-process")
        waiting.written.append(waking.wake)
        folding.listeners.append(appearing.tell_new_discrepancies)
        source.followers.append(stored_rules.follow)
        source.followers.append(keeping.keep)
        source.followers.append(tombstones.begin)
        tombstones.revision_by(revision.name_of_running)
        tombstones.listeners.append(rising.tell_of)
        revisions.listeners.append(keeping.note)
        source.followers.append(watching.look)
        announcing.listeners.append(watching.wake_for)
        # Other rules in force are another revision: evidence begins anew.
        stored_rules.rules.listeners.append(lambda _: revisions.refresh())
        columns.install()
        tombstones.watch_lines()
        autodiscover_modules("seams")
        _load_the_rest()
        if processes.this_process().role in processes.SERVING:
            # One that executes nothing of legacy code tells so; others begin with their lease or their first execution.
            tombstones.begin()
            if errors.is_installed():
                # One that logs nothing at all tells that it has seen no error; others begin with their first event.
                reporter.begin()

    def _await_tests(self) -> None:
        from migration_harness.database import alias  # noqa: PLC0415

        self.database_name = settings.DATABASES.get(alias(), {}).get("NAME", "")
        connection_created.connect(_prepare_tests, dispatch_uid="harness-tests")


def _load_the_rest() -> None:
    """Import and read what this process may need once it is up, so that nobody waits for it later."""
    from migration_harness.deciding import processes  # noqa: PLC0415
    from migration_harness.seams import revisions  # noqa: PLC0415

    if processes.verb_at_prompt() != processes.UNCHECKED:
        from migration_harness import checks  # noqa: F401, PLC0415  They register themselves.
    if not processes.is_brief():
        from migration_harness.rollout import gatekeeper  # noqa: F401, PLC0415

        revisions.prepare()


def _admission(forward: "Forward") -> "Admission":
    from migration_harness.rollout.gatekeeper import admission  # noqa: PLC0415  Loaded, but where a verb is brief.

    return admission(forward)


def _prepare_tests(**_: Any) -> None:
    """Prepare a test run before it asks its database for anything."""
    from migration_harness.conf import in_a_test_run  # noqa: PLC0415

    if in_a_test_run():
        from migration_harness.testing import preparing  # noqa: PLC0415

        preparing.prepare()
