"""A host of its own: one operation on clusters, that sends, stores, publishes and writes."""

from contextlib import suppress

from celery import Celery
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.mail import send_mail
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from igny8_core.modules.planner.models import Cluster
from migration_harness.models import RecordedOperation
from migration_harness.operations import triggers
from migration_harness.operations.declaring import Operations, RecordedModel, entries
from migration_harness.operations.keeping import recording_of
from migration_harness.operations.recorded import recorded_operation
from migration_harness.operations.telling import noted, sent
from migration_harness.secret import Secret

KEY = Secret("sk-planted-1234567890abcdef")
CLUSTERS = RecordedModel(model="planner.Cluster", secret=("description",))


class Host:
    """What the trial declares, and its operations."""

    def __init__(self, settings, site):
        self.settings, self.site, self.storage = settings, site, InMemoryStorage()
        self.celery = Celery("trial", broker="memory://", set_as_current=False)
        self.does = self.sort
        self.declares()

    def declares(self, *laws, models=(CLUSTERS,), share=10_000):
        """Declare anew, and have the tables captured."""
        self.declared = Operations(models=models, laws=laws)
        self.settings.HARNESS = self.settings.HARNESS | {
            "OPERATIONS": "tests.integration.operations.trial.DECLARED",
            "RECORDED_BPS": share,
        }
        globals()["DECLARED"] = self.declared
        triggers.install()

    def run(self, **kwargs):
        """Do what ``does`` does as an operation of the kind ``trial``."""
        entries.pop("trial", None)
        operation = recorded_operation("trial", account=lambda *, site, **_: site.account_id)(
            lambda *, site, operation_id, **more: self.does(site, **more)
        )
        return operation(site=self.site, operation_id="op-1", **kwargs)

    def recording(self):
        """Return the only recording."""
        return recording_of(RecordedOperation.objects.get())

    def recorded(self, does=None, **kwargs):
        """Run, whatever comes of it, and return the recording."""
        self.does = does or self.does
        with suppress(RuntimeError):
            self.run(**kwargs)
        return self.recording()

    @staticmethod
    def sort(site, names=("Oak",)):
        """Make clusters."""
        return [Cluster.objects.create(account=site.account, site=site, name=name).pk for name in names]

    def tell(self, _site):
        """Do all that others notice."""
        noted("balance_checked", credits=5)
        sent("provider", {"prompt": f"for {KEY.reveal()[3:]}"}, hide=[KEY]).answered({"text": f"no: {KEY.reveal()}"})
        self.storage.save("a.txt", ContentFile(b"oak"))
        self.celery.send_task("trial.task", kwargs={"cluster_id": 3})
        send_mail("Done", "Your clusters are sorted.", None, ["a@example.com"])


DECLARED = Operations()


def by_every_route(site):
    """Change rows by the ORM, in bulk, by a query set, by SQL, and inside what is rolled back."""
    (first, *_) = Cluster.objects.bulk_create(
        Cluster(account=site.account, site=site, name=name) for name in ("Oak", "Elm")
    )
    Cluster.objects.filter(site=site).update(name=Concat("name", Value(" tree")))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE planner_cluster SET name = 'Ash' WHERE id = %s", [first.pk])
    Cluster.objects.filter(name="Elm tree").delete()
