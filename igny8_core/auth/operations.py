"""What is done to sites."""

from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import ForeignKey, OneToOneField

from igny8_core.auth.exceptions import SiteInUse
from igny8_core.auth.models import Site


@transaction.atomic
def delete_site(*, site: Site) -> None:
    """Delete a site and its choices. Raises SiteInUse where anything else belongs to it: keywords, content, runs.

    The site's row is locked first: what somebody adds meanwhile waits, and then has no site to belong to.
    """
    Site.objects.select_for_update().get(pk=site.pk)
    for field in _fields_that_name_a_site():
        # What Django documents of a model's class has leading underscores too.
        if field.model._base_manager.filter(**{field.name: site}).exists():  # noqa: SLF001
            kind = field.model._meta.verbose_name_plural  # noqa: SLF001
            raise SiteInUse(f"{site.name} still has {kind}. Delete what belongs to the site before the site.")
    site.delete()


def _fields_that_name_a_site() -> list[ForeignKey[Any, Any]]:
    """Return the fields by which many rows belong to one site; what there is once goes with the site."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()  # noqa: SLF001
        if isinstance(field, ForeignKey) and not isinstance(field, OneToOneField) and field.related_model is Site
    ]
