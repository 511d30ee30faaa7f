"""Django finds an app's models here; they live in a file each."""

from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings
from igny8_core.modules.system.integration_settings_models import IntegrationSettings

__all__ = ["GlobalIntegrationSettings", "IntegrationSettings"]
