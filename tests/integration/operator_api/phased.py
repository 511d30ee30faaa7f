"""A small plan with a gate that is answered from outside, and phases of every kind."""

from migration_harness.plan import External, GateName, Phase, Plan, PlannedFlag

FLAG = "ai-models-endpoint"
FINANCE = External(name="finance", words="Finance agrees", hours=2)

PLAN = Plan(
    phases=(
        Phase(number=1, name="Tables", risk="none", way_back="drop them", leaving=(FINANCE,)),
        Phase(
            number=2,
            name="The switch",
            risk="medium",
            way_back="roll back",
            flags=(PlannedFlag(name=FLAG, owner="platform", note="Answer from the new table."),),
            entering=(GateName.TESTS,),
            leaving=(GateName.CHECKLIST,),
            checklist=("Look at it", "Roll it back and forward once"),
        ),
    ),
)
