"""Settings of one process of the bank: ``BANK_KIND`` says in which surroundings it works."""

import os

from igny8_core.settings import *  # noqa: F403
from igny8_core.settings import DATABASES

KIND = os.environ["BANK_KIND"]

if KIND in ("repeatable read", "serializable"):
    level = KIND.replace(" ", r"\ ")
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c default_transaction_isolation={level}"
if KIND == "pooled":
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
if KIND == "replica":
    DATABASES["replica"] = DATABASES["default"] | {"NAME": "igny8_replica"}
    DATABASE_ROUTERS = ["tests.race.bank.routing.ReadsFromTheReplica"]
