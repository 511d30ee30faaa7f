"""Keys of the providers: written by operators, never read by anybody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.describing import may_raise
from igny8_core.api.permissions import MayEnterKeys
from igny8_core.business.billing.exceptions import ProviderKeyError
from igny8_core.business.billing.keys.saving import save_provider_key
from igny8_core.business.billing.keys.trail import fingerprint
from igny8_core.business.billing.keys.typed import MAX_CHARACTERS
from migration_harness.api import NotAllowed, Secret
from rest_api.strict import StrictSerializer, checked


class KeyToSave(StrictSerializer):
    """A provider and its key; an empty key removes the one that is there."""

    provider = serializers.CharField(max_length=50, help_text="For example openai.")
    api_key = serializers.CharField(max_length=MAX_CHARACTERS, allow_blank=True, write_only=True)


class SavedKey(serializers.Serializer[Any]):
    """What may be said of a key."""

    provider = serializers.CharField()
    fingerprint = serializers.CharField(help_text="sha:… by which two keys are compared, or that it is not set.")


class ProviderKeys(ServiceEndpoint):
    """For operators. The key is kept as from the admin."""

    permission_classes = (MayEnterKeys,)

    @extend_schema(request=KeyToSave, responses=SavedKey)
    @may_raise(ProviderKeyError, NotAllowed)
    def post(self, request: Request) -> Response:
        """Save the key of a provider."""
        asked = checked(KeyToSave, request.data)
        key = Secret(asked["api_key"])
        save_provider_key(provider=asked["provider"], api_key=key, actor=request.user.get_username())
        return Response({"provider": asked["provider"], "fingerprint": fingerprint(key)})
