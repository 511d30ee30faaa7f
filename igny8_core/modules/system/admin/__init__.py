"""Settings in the admin: the installation's, those of accounts and sites, and the choices without a price."""

from igny8_core.modules.system.admin import global_settings, own_settings
from igny8_core.modules.system.admin.legacy import settings_admin

__all__ = ["global_settings", "own_settings", "settings_admin"]
