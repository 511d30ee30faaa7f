"""Models and choices as JSON."""

from typing import Any

from rest_framework import serializers

from igny8_core.ai import own_choices
from rest_api.strict import StrictSerializer

LARGEST_ID = 2**63 - 1


class SettingsQuery(StrictSerializer):
    """Whose choices: the account's, where no site is named."""

    site = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        error_messages={"invalid": "Name the site by its number."},
    )


class OfferedModel(serializers.Serializer[Any]):
    """A model and what it costs the account; a price that is not what is charged is null."""

    model_name = serializers.CharField()
    display_name = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]  # Field has one too.
        help_text="Name and price, as pages show them; the name alone where another price than the model's is charged."
    )
    provider = serializers.CharField()
    tokens_per_credit = serializers.IntegerField(allow_null=True)
    credits_per_image = serializers.IntegerField(allow_null=True)
    quality_tier = serializers.CharField(allow_null=True)
    is_default = serializers.BooleanField()


class OfferedModelsAnswer(serializers.Serializer[Any]):
    """The models that an account may choose, by what they make."""

    text = OfferedModel(many=True)
    image = OfferedModel(many=True)


class StandardAnswer(serializers.Serializer[Any]):
    """What holds where nothing is chosen; a model is empty where there is no default."""

    text_model = serializers.CharField(allow_blank=True)
    image_model = serializers.CharField(allow_blank=True)
    temperature = serializers.FloatField()
    max_tokens = serializers.IntegerField()
    image_quality = serializers.CharField()
    image_style = serializers.CharField()


class SettingsAnswer(serializers.Serializer[Any]):
    """What a site or an account has chosen; empty or null where it has not."""

    site = serializers.IntegerField(allow_null=True)
    text_model = serializers.CharField(allow_blank=True)
    image_model = serializers.CharField(allow_blank=True)
    temperature = serializers.FloatField(allow_null=True)
    max_tokens = serializers.IntegerField(allow_null=True)
    image_quality = serializers.CharField(allow_blank=True)
    image_style = serializers.CharField(allow_blank=True)
    not_offered = serializers.ListField(
        child=serializers.ChoiceField(choices=list(own_choices.MODEL_TYPE_OF)),
        help_text="The fields whose chosen model is no longer offered.",
    )
    standard = StandardAnswer()
