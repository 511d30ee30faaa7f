"""Django finds an app's models here; they live in a file each."""

from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.run_models import AutomationRun, AutomationUnit

__all__ = ["AutomationConfig", "AutomationRun", "AutomationUnit"]
