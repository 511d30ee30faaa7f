"""The automation's configuration, runs and estimates as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from igny8_core.api.requests import PageQuery
from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.queries import StageProgress, progress_of
from igny8_core.business.automation.run_models import AutomationRun
from igny8_core.business.automation.stages import STAGES
from rest_api.strict import StrictSerializer

LARGEST_ID = 2**63 - 1


class SiteQuery(StrictSerializer):
    """Whose automation is meant."""

    site = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The site's id.")


class HistoryQuery(SiteQuery, PageQuery):
    """Whose runs, and which page of them."""


class ConfigSerializer(serializers.ModelSerializer[AutomationConfig]):
    """How and when a site is automated."""

    class Meta:
        model = AutomationConfig
        fields = [
            "site", "enabled", "frequency", "hour", "weekday", "day_of_month",
            "stage_1_batch_size", "stage_2_batch_size", "stage_3_batch_size",
            "stage_4_batch_size", "stage_5_batch_size", "stage_6_batch_size",
            "max_articles", "max_images", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["site", "updated_at"]

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a field that does not exist, so that a typo is no silent success."""
        changeable = [name for name, field in self.fields.items() if not field.read_only]
        unknown = set(data) - set(changeable) if isinstance(data, dict) else set()
        if unknown:
            told = f"There is no such field to change. Known fields: {', '.join(changeable)}."
            raise serializers.ValidationError({name: [told] for name in sorted(unknown)})
        return super().to_internal_value(data)

    def update(self, instance: AutomationConfig, validated_data: dict[str, Any]) -> AutomationConfig:
        """Change; a schedule that changed holds from now on and makes up for no hour before."""
        changed = {name for name, value in validated_data.items() if getattr(instance, name) != value}
        instance.hold_from_now(changed)
        return super().update(instance, validated_data)


class StageSerializer(serializers.Serializer[Any]):
    """How far a run is with one stage."""

    stage = serializers.IntegerField()
    name = serializers.CharField()
    planned = serializers.IntegerField(help_text="Units that are still to be done.")
    done = serializers.IntegerField(help_text="Units that were done.")
    failed = serializers.IntegerField(help_text="Units that failed; a later run takes their rows again.")
    created = serializers.IntegerField(help_text="Rows that were made or handed over.")
    credits = serializers.IntegerField()


class RunSerializer(serializers.ModelSerializer[AutomationRun]):
    """A run, its stages and what it was charged."""

    credits_used = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()

    class Meta:
        model = AutomationRun
        fields = [
            "id", "site", "trigger", "scheduled_for", "status", "current_stage", "stages", "estimated_credits",
            "credits_used", "error", "created_at", "started_at", "finished_at",
        ]  # fmt: skip

    def get_credits_used(self, run: AutomationRun) -> int:
        """Return the credits of all its operations."""
        return sum(stage.credits for stage in self._progress(run))

    def get_stages(self, run: AutomationRun) -> list[dict[str, Any]]:
        """Return the stages that it has got to."""
        stages = [{**asdict(stage), "name": STAGES[stage.stage].name} for stage in self._progress(run)]
        return [dict(StageSerializer(stage).data) for stage in stages]

    def _progress(self, run: AutomationRun) -> list[StageProgress]:
        progress: dict[int, list[StageProgress]] = self.context.get("progress") or progress_of([run])
        return progress[run.pk]


def runs_as_json(runs: Sequence[AutomationRun]) -> Any:
    """Return runs with their stages, which are read for all of them at once."""
    return RunSerializer(runs, many=True, context={"progress": progress_of(runs)}).data


class StageEstimateSerializer(serializers.Serializer[Any]):
    """What one stage is expected to take."""

    stage = serializers.IntegerField()
    name = serializers.CharField()
    rows = serializers.IntegerField()
    units = serializers.IntegerField(help_text="Operations, or local changes.")
    credits = serializers.IntegerField()


class EstimateSerializer(serializers.Serializer[Any]):
    """What a run is expected to cost."""

    stages = StageEstimateSerializer(many=True)
    text_model = serializers.CharField()
    image_model = serializers.CharField()
    credits = serializers.IntegerField(help_text="The sum of the stages.")
    needed = serializers.IntegerField(help_text="The sum with its margin: what a run needs to be started.")
    balance = serializers.IntegerField(help_text="The account's credits.")
    sufficient = serializers.BooleanField(help_text="Whether a run can be started.")
