"""What both REST APIs have in common, and how they are described."""

from typing import Any

from igny8_core.settings.signing_in import NUM_PROXIES

# What every API of the service shares. Who may use one, and how often, is said by its own endpoints.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Whose X-Forwarded-For is believed, see rest_api.addresses; whatever counts by address or logs one asks there.
    "NUM_PROXIES": NUM_PROXIES,
    # An endpoint that says nothing is not public.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Of an operator's reads, and writes but for rollbacks; of an account's reads, writes and AI actions.
    "DEFAULT_THROTTLE_RATES": {
        "operator_reads": "600/minute",
        "operator_writes": "300/minute",
        "reads": "600/minute",
        "writes": "300/minute",
        "ai": "60/minute",
    },
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "IGNY8",
    "VERSION": "1",
    # The customers' API; the operators' has a generator of its own (dashboards.api.schema).
    "DEFAULT_GENERATOR_CLASS": "igny8_core.api.generator.ServiceSchema",
    # Enumerations that would else have one name.
    "ENUM_NAME_OVERRIDES": {
        "ContentStatus": "igny8_core.modules.writer.models.Content.Status",
        "OptimizationStatus": "igny8_core.business.optimizer.models.OptimizationTask.Status",
        "RunStatus": "igny8_core.business.automation.run_models.RunStatus",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Scripts and styles of the page come from this service, and it asks no other to judge the schema.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "supportedSubmitMethods": ["get"]},
}
