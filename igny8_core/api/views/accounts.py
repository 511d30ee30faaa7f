"""What belongs to an account."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.base import TenantReadOnlyViewSet
from igny8_core.auth.models import Site


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site by name."""

    class Meta:
        model = Site
        fields = ["id", "name", "domain"]


class Sites(TenantReadOnlyViewSet):
    """The account's sites."""

    queryset = Site.objects.order_by("name", "pk")
    serializer_class: Any = SiteSerializer
