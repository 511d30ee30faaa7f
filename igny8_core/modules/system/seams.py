"""Where legacy and new meet: the models that a customer may choose."""

from igny8_core.auth.subjects import account_id, plan_id
from igny8_core.modules.system import catalogue
from igny8_core.modules.system.catalogue_rule import signed_choices
from igny8_core.modules.system.legacy import catalogue as legacy
from migration_harness.api import Seam

model_choices = Seam(
    name="models.catalogue",
    flag="dynamic-model-choices",
    control=legacy.model_choices,
    candidate=catalogue.model_choices,
    subject=account_id,
    group_by=lambda *, model_type, **_: (str(model_type),),
    account_plan=plan_id,
    # By model, so that each field that differs is told by itself, and not two lists of unequal length.
    clean=lambda choices: {choice.model_name: choice for choice in choices},
    explain=[signed_choices],
)
