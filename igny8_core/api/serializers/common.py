"""Fields and requests that several parts of the API have."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from igny8_core.api.base import OwnRelatedField
from igny8_core.auth.models import Account, Site

MOST_IDS = 200
"""What one request can ask for. Longer work is the automation's."""
LARGEST_ID = 2**63 - 1


def own_site() -> OwnRelatedField:
    """Return the field that names a site of the caller's account."""
    return OwnRelatedField(queryset=Site.objects.all())


class SiteBound(serializers.Serializer[Any]):
    """A row belongs to one site for ever, and what it refers to belongs to the same one.

    A serializer names in ``same_site`` the fields whose rows must be of the row's own site.
    """

    same_site: Sequence[str] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse another site for a row that has one, and what is of another site."""
        attrs = super().validate(attrs)
        site_id = self._site_id(attrs)
        for name in self.same_site:
            related = attrs.get(name)
            if related is not None and related.site_id != site_id:
                raise ValidationError({name: f"This {name} belongs to another site."})
        return attrs

    def _site_id(self, attrs: dict[str, Any]) -> int | None:
        given = attrs.get("site")
        if self.instance is None:
            return given.pk if given is not None else None
        if given is not None and given.pk != self.instance.site_id:
            raise ValidationError({"site": "A row stays with its site. Make another one there."})
        site_id: int = self.instance.site_id
        return site_id


class KeyField(serializers.CharField):
    """The name that a client gives to its request, to send it again without paying twice."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "required": False,
                "default": "",
                "allow_blank": True,
                "max_length": 100,
                "help_text": "Names this request: sent again with the same one, it is charged once. "
                "The header Idempotency-Key does the same.",
                **options,
            }
        )


class OperationRequest(serializers.Serializer[Any]):
    """A button that needs no more than the row it stands at."""

    operation_id = KeyField()


class IdsField(serializers.ListField):
    """Ids of rows of the caller's account; another tenant's row does not exist. Becomes the rows, in order of ids."""

    def __init__(self, *, rows: QuerySet[Any], **options: Any) -> None:
        self.rows = rows
        child = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
        super().__init__(child=child, min_length=1, max_length=MOST_IDS, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the rows; raises ValidationError that names the ids which are not there."""
        ids = set(super().to_internal_value(data))
        account: Account = self.context["request"].user.account
        rows = list(self.rows.filter(account=account, pk__in=ids).order_by("pk"))
        if missing := ids - {row.pk for row in rows}:
            raise ValidationError(f"Not found: {', '.join(str(each) for each in sorted(missing))}.")
        return rows


class SameSiteIds(OperationRequest):
    """Rows of one site. A serializer that derives from this has a field ``ids`` of its rows."""

    def validate_ids(self, rows: Sequence[Model]) -> Sequence[Model]:
        """Refuse rows of several sites: an operation is of one."""
        if len({self.site_id_of(row) for row in rows}) > 1:
            raise ValidationError("These belong to several sites. Ask for one site at a time.")
        return rows

    def site_id_of(self, row: Any) -> int:
        """Return the site of a row."""
        site_id: int = row.site_id
        return site_id


class OutcomeAnswer(serializers.Serializer[Any]):
    """What an operation did, and what it was charged."""

    operation_id = serializers.CharField(help_text="The operation's id in the ledger.")
    model = serializers.CharField()
    credits = serializers.IntegerField()
    created = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of the rows that were made.")
    repeated = serializers.BooleanField(help_text="True where an earlier request had done this: nothing was charged.")


def listed(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return dataclasses as JSON has them."""
    return [asdict(row) for row in rows]
