"""What belongs to an account."""

from typing import Any

from django.core.validators import validate_domain_name
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ServiceEndpoint, TenantViewSet
from igny8_core.api.describing import may_raise
from igny8_core.auth.exceptions import PlanIsFull, SiteInUse
from igny8_core.auth.models import Account, Plan, Site, User
from igny8_core.auth.operations import delete_site
from rest_api.strict import RefusesUnknownFields


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """What the account subscribes to; credits per billing period."""

    class Meta:
        model = Plan
        fields = ["name", "included_credits", "allows_overrides", "most_sites", "most_keywords"]


class AccountSerializer(serializers.ModelSerializer[Account]):
    """The account and its balance in credits."""

    class Meta:
        model = Account
        fields = ["id", "name", "credits", "created_at"]


class UserSerializer(serializers.ModelSerializer[User]):
    """Who asks."""

    class Meta:
        model = User
        fields = ["username", "email", "first_name", "last_name"]


class MeSerializer(serializers.Serializer[Any]):
    """The account that a token or session belongs to."""

    account = AccountSerializer()
    plan = PlanSerializer()
    user = UserSerializer()


class SiteSerializer(RefusesUnknownFields, serializers.ModelSerializer[Site]):
    """A site: its name is unique within the account, its domain may be left out."""

    class Meta:
        model = Site
        fields = ["id", "name", "domain"]

    def validate_domain(self, domain: str) -> str:
        """Refuse what is no domain. Not the field's own rule: sites from before may have anything."""
        if domain:
            validate_domain_name(domain)
        return domain

    def validate_name(self, name: str) -> str:
        """Refuse the name of another site of the account."""
        others = Site.objects.filter(account=self.context["view"].account, name=name)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError("Another site of this account has this name.")
        return name


class Me(ServiceEndpoint):
    """Whose token or session this is."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer account, plan and user."""
        me = {"account": self.account, "plan": self.account.plan, "user": request.user}
        return Response(MeSerializer(me).data)


class Sites(TenantViewSet):
    """The account's sites, by name."""

    queryset = Site.objects.order_by("name", "pk")
    serializer_class = SiteSerializer

    @may_raise(PlanIsFull)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a site, as far as the account's plan has room for one."""
        return super().create(request, *args, **kwargs)

    @may_raise(SiteInUse)
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a site that has nothing: keywords, content and runs are deleted on purpose, not with their site."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: Any) -> None:
        """Delete the site."""
        delete_site(site=instance)
