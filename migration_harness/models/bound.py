"""What every table of the harness is: rows at its one alias, Note [One alias] of :mod:`migration_harness.database`."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import QuerySet

from migration_harness.database import alias

_R = TypeVar("_R", bound=models.Model)


class Rows(models.Manager[_R]):
    """Gives rows of the alias, where nobody names another one."""

    def get_queryset(self) -> QuerySet[_R]:
        """Return all rows; a router is not asked."""
        rows = super().get_queryset()
        return rows if self._db else rows.using(alias())


class Bound(models.Model):
    """A row that is read, written and removed at the alias."""

    objects: ClassVar[Rows[Self]] = Rows()

    class Meta:
        abstract = True

    def save(self, *args: Any, using: str | None = None, **options: Any) -> None:
        """Save at the alias, from wherever the row was read."""
        super().save(*args, using=using or alias(), **options)

    def delete(self, using: str | None = None, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Delete at the alias, from wherever the row was read."""
        return super().delete(using or alias(), *args, **options)

    def refresh_from_db(self, using: str | None = None, *args: Any, **options: Any) -> None:
        """Read anew at the alias."""
        super().refresh_from_db(using or alias(), *args, **options)


# Foreign keys are followed by the base manager. Not in Meta, of which every table's migration would have to tell.
Bound._meta.base_manager_name = "objects"  # noqa: SLF001
