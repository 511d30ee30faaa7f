"""Models and settings: which there are, and which an account has chosen."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

import waffle
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai import own_choices
from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.describing import may_raise
from igny8_core.api.serializers.system import OfferedModelsAnswer, SettingsAnswer, SettingsQuery
from igny8_core.auth.models import Site
from igny8_core.business.billing.model_limits import too_many_tokens
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.catalogue import choice_of, offered_models, unpriced_choice_of

MODELS_FLAG: Final = "ai-models-endpoint"
PRICES_FLAG: Final = "model-based-credits"
"""Where it is off, another price than that of the model is charged."""


class AIModels(ServiceEndpoint):
    """The active models by type, with the prices that the account is charged.

    For an account whose flag is off there is no such address.
    """

    @extend_schema(responses={200: OfferedModelsAnswer, 304: None})
    @may_raise(NotFound)
    def get(self, request: Request) -> Response | HttpResponse:
        """Answer the models, or 304 where the caller has them already."""
        if not waffle.flag_is_active(request, MODELS_FLAG):
            raise NotFound
        models = self._models()
        response = Response(models)
        # Of the models alone: the envelope names each request.
        response["ETag"] = quote_etag(sha256(json.dumps(models).encode()).hexdigest()[:32])
        patch_cache_control(response, private=True, no_cache=True)
        return self._unless_known(request, response)

    def _models(self) -> dict[str, list[dict[str, Any]]]:
        models: dict[str, list[dict[str, Any]]] = {kind: [] for kind in AIModelConfig.ModelType.values}
        defaults = own_choices.defaults(account=self.account)
        shown = choice_of
        if not waffle.flag_is_active(self.request, PRICES_FLAG):
            shown = unpriced_choice_of
        for row in offered_models():
            models[row.model_type].append({**asdict(shown(row)), "is_default": row.model_name in defaults})
        return models

    def _unless_known(self, request: Request, response: Response) -> Response | HttpResponse:
        django_request = request._request  # noqa: SLF001  What Django's function reads.
        known = get_conditional_response(django_request, etag=response["ETag"])
        if known is not None:
            patch_cache_control(known, private=True, no_cache=True)
        return known or response


class ChoicesSerializer(serializers.Serializer[Any]):
    """The body of a change: an empty value takes a choice back. An unknown field is an error, not a silent success."""

    text_model = serializers.CharField(max_length=100, allow_blank=True, required=False)
    image_model = serializers.CharField(max_length=100, allow_blank=True, required=False)
    temperature = serializers.FloatField(min_value=0.0, max_value=2.0, allow_null=True, required=False)
    max_tokens = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, required=False)
    image_quality = serializers.ChoiceField(choices=["standard", "hd"], allow_blank=True, required=False)
    image_style = serializers.ChoiceField(choices=["vivid", "natural"], allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no field, models that the account is not offered, and answers longer than the model's."""
        wrong = {name: ["There is no such setting."] for name in self.initial_data if name not in self.fields}
        for name in own_choices.MODEL_TYPE_OF:
            if model := attrs.get(name):
                offered = own_choices.offered_names(account=self.context["account"], field=name)
                if model not in offered:
                    wrong[name] = [f"{model} is not offered. Choose one of: {', '.join(offered)}."]
        if "text_model" not in wrong and (told := self._too_long(attrs)):
            wrong["max_tokens"] = [told]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs

    def _too_long(self, attrs: dict[str, Any]) -> str:
        """Return why no answer of this length can be asked for; empty where it can."""
        if not attrs.get("max_tokens"):
            return ""
        model = own_choices.text_model(account=self.context["account"], site=self.context["site"], changes=attrs)
        return too_many_tokens(model=model, max_tokens=attrs["max_tokens"])


@may_raise(NotFound)
class Settings(ServiceEndpoint):
    """What a site, or without ``?site=ID`` the account, has chosen."""

    query = SettingsQuery

    @extend_schema(parameters=[SettingsQuery], responses=SettingsAnswer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Answer the choices, and the standard that holds where there is none."""
        return Response(self._settings(self._site()))

    @extend_schema(parameters=[SettingsQuery], request=ChoicesSerializer, responses=SettingsAnswer)
    def patch(self, request: Request) -> Response:
        """Change what the body names; 403 where the plan allows no choices."""
        site = self._site()
        plan = self.account.plan
        if not plan.allows_overrides:
            raise PermissionDenied(f"The {plan.name} plan uses the standard models. Upgrade it to choose your own.")
        body = ChoicesSerializer(data=request.data, context={"account": self.account, "site": site})
        body.is_valid(raise_exception=True)
        own_choices.choose(account=self.account, site=site, changes=body.validated_data)
        return Response(self._settings(site))

    def _site(self) -> Site | None:
        site_id = self.asked_for.get("site")
        return None if site_id is None else get_object_or_404(Site, pk=site_id, account=self.account)

    def _settings(self, site: Site | None) -> dict[str, Any]:
        chosen = own_choices.chosen(account=self.account, site=site)
        return {
            "site": site.pk if site else None,
            **chosen,
            "not_offered": own_choices.not_offered(account=self.account, chosen=chosen),
            "standard": own_choices.standard(account=self.account, site=site),
        }
