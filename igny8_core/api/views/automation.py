"""The automation of a site: how it is set up, its runs, and the buttons that start and stop them."""

from collections.abc import Callable
from typing import Any, Final

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai.exceptions import ModelError
from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.describing import may_raise
from igny8_core.api.serializers.automation import (
    ConfigSerializer,
    EstimateSerializer,
    HistoryQuery,
    RunSerializer,
    SiteQuery,
    runs_as_json,
)
from igny8_core.auth.models import Site
from igny8_core.business.automation.exceptions import RunActive, RunNotActive
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError
from rest_api.pages import EnvelopePagination

OF_A_SITE: Final[Any] = {"parameters": [SiteQuery]}


@may_raise(NotFound)
class Automation(ServiceEndpoint, viewsets.GenericViewSet[Any]):
    """The automation of one site of the caller's account, named by ``?site=ID``."""

    queryset = AutomationRun.objects.all()
    serializer_class: Any = RunSerializer
    pagination_class = EnvelopePagination
    query = SiteQuery

    @extend_schema(**OF_A_SITE, responses=ConfigSerializer)
    @action(detail=False, methods=["get"])
    def config(self, _request: Request) -> Response:
        """Return the schedule, the batch sizes and the limits."""
        return Response(ConfigSerializer(config_of(self._site())).data)

    @extend_schema(**OF_A_SITE, request=ConfigSerializer(partial=True), responses=ConfigSerializer)
    @action(detail=False, methods=["put", "patch", "post"])
    def update_config(self, request: Request) -> Response:
        """Change what the body names, and nothing else."""
        config = config_of(self._site())
        with transaction.atomic():
            # Locked: two changes at once are both kept.
            row = AutomationConfig.objects.select_for_update().get(pk=config.pk)
            changed = ConfigSerializer(row, data=request.data, partial=True)
            changed.is_valid(raise_exception=True)
            changed.save()
        return Response(changed.data)

    @extend_schema(**OF_A_SITE, request=None, responses={202: RunSerializer})
    @may_raise(RunActive, InsufficientCreditsError, CreditCalculationError, ModelError)
    @action(detail=False, methods=["post"])
    def run_now(self, _request: Request) -> Response:
        """Start a run. It is done by a worker; ``current_run`` tells how far it is."""
        run = AutomationService.run_now(site=self._site())
        return Response(RunSerializer(run).data, status=202)

    @extend_schema(**OF_A_SITE, responses=RunSerializer(allow_null=True))
    @action(detail=False, methods=["get"])
    def current_run(self, _request: Request) -> Response:
        """Return the run that is pending, running or paused; null where there is none."""
        run = AutomationService.current_run(site=self._site())
        return Response(RunSerializer(run).data if run else None)

    @extend_schema(**OF_A_SITE, request=None, responses=RunSerializer)
    @may_raise(RunNotActive)
    @action(detail=False, methods=["post"])
    def pause(self, _request: Request) -> Response:
        """Pause the run after the unit at work."""
        return self._controlled(AutomationService.pause)

    @extend_schema(**OF_A_SITE, request=None, responses=RunSerializer)
    @may_raise(RunNotActive)
    @action(detail=False, methods=["post"])
    def resume(self, _request: Request) -> Response:
        """Go on with the paused run."""
        return self._controlled(AutomationService.resume)

    @extend_schema(**OF_A_SITE, request=None, responses=RunSerializer)
    @may_raise(RunNotActive)
    @action(detail=False, methods=["post"])
    def cancel(self, _request: Request) -> Response:
        """End the run after the unit at work."""
        return self._controlled(AutomationService.cancel)

    @extend_schema(**OF_A_SITE, responses=RunSerializer(many=True))
    @action(detail=False, methods=["get"], query=HistoryQuery)
    def history(self, _request: Request) -> Response:
        """Return the runs, newest first."""
        page = self.paginate_queryset(AutomationService.history(site=self._site()))
        return self.get_paginated_response(runs_as_json(page or []))

    @extend_schema(**OF_A_SITE, responses=EstimateSerializer)
    @may_raise(CreditCalculationError, ModelError)
    @action(detail=False, methods=["get"])
    def estimate(self, _request: Request) -> Response:
        """Return what a run is expected to cost now."""
        return Response(EstimateSerializer(AutomationService.estimate(site=self._site())).data)

    def _controlled(self, do: Callable[..., AutomationRun]) -> Response:
        return Response(RunSerializer(do(site=self._site())).data)

    def _site(self) -> Site:
        """Return the site of the query; another tenant's site does not exist."""
        sites = Site.objects.select_related("account")
        return get_object_or_404(sites, pk=self.asked_for["site"], account=self.account)
