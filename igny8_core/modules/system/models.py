"""Django finds an app's models here; they live in a file each."""

from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

__all__ = ["GlobalIntegrationSettings"]
