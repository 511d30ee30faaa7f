"""The seven phases, in order: each gate is seen shut and opens, each phase goes forward, back and forward again."""

from pathlib import Path
from typing import Any, Final

from rehearsal.acts import Person, until
from rehearsal.failed import Failed
from rehearsal.operations import Operations
from rehearsal.place import DONE, FAILED, Place
from rehearsal.story import Step, Story
from rehearsal.ways_back import WHY, take_back

ENOUGH: Final = 200
"""Comparisons that each expected stratum wants."""
A_FEW: Final = 8
"""Charges of each stratum where there are enough of them, and another side answers."""
ENOUGH_FOR_A_BOUND: Final = 510
"""Comparisons of a seam without a failure that prove at most 1 % of them."""
A_WHILE: Final = 100
"""Calls of a seam that are timed before anybody says which side is slower."""
A_WHILE_OF_KEYS: Final = 15
"""On each of seven strata: as many."""
KEYS: Final = "integration-provider-keys"
MODELS: Final = "model-selection"
CREDITS: Final = "model-based-credits"
PHASES: Final = {KEYS: 3, MODELS: 4, CREDITS: 4, "ai-models-endpoint": 5, "dynamic-model-choices": 6}
MAPPED: Final = ("gpt-4.1=gpt-5.1", "dall-e-2=dall-e-3", "bria:10@1=runware:97@1")
WRONG_RATE: Final = "UPDATE billing_aimodelconfig SET tokens_per_credit = {} WHERE model_name = 'gpt-5.1'"


class Journey:
    """Walks the plan on a copy of the tree, with the service of the copy at work."""

    def __init__(
        self, place: Place, story: Story, person: Person, operations: Operations, *, junit: Path, revision: str
    ) -> None:
        self._operations = operations
        self._place, self._story, self._person = place, story, person
        self._junit, self._revision = str(junit), revision

    def walk(self) -> None:
        """Go through phases 1 to 6, up to the doors of the last one."""
        self._additive_phases()
        self._keys()
        self._credits()
        self._endpoint()
        self._frontend()

    def _additive_phases(self) -> None:
        self._place.harness("rollback", "--all", "--to", "off", *WHY)
        for phase in (1, 2):
            with self._story.step(phase, "Its schema goes, everything works without it, and it comes back") as step:
                step.found.append(take_back(self._place, phase))
                self._story.figures[phase]["rollback"] = "schema gone, and back"
                self._obeyed(step, phase, are_compared=False)
        for flag in PHASES:
            self._place.harness("flag", flag, "--everyone", "unset", "--baseline", "shadow", *WHY)
        with self._story.step(1, "An additive phase waits for its tests") as step:
            self._refused(step, "advance", "1", "--reason", "rehearsal")
            self._tests(step, 1)
            self._person.wait_for_gates(1, "leaving")
            self._place.harness("advance", "1", "--reason", "rehearsal")
            self._story.look(step, "")
        with self._story.step(2, "Another one, and the keys compared before it is left") as step:
            self._refused(step, "advance", "2", "--reason", "rehearsal")
            self._person.acknowledge_what_is_open()
            self._place.harness("backfill", KEYS, "--yes")
            self._person.compare_anew([KEYS])
            self._paths(step, "before the keys")
            self._obeyed(step, 2)
            self._drive("keys", ENOUGH)
            self._tests(step, 2)
            self._tests(step, 3)
            self._person.wait_for_gates(2, "leaving")
            self._person.wait_for_gates(3, "entering")
            self._place.harness("advance", "2", "--reason", "rehearsal")
            self._story.look(step, "evidence/")

    def _keys(self) -> None:
        self._goes_live(3, [KEYS])
        with self._story.step(3, "Rolled back, worked on legacy, forward again") as step:
            self._rolled_back(step, 3)
            self._drive("keys", A_WHILE_OF_KEYS)
            self._forward(KEYS)
            self._drive("keys", A_WHILE_OF_KEYS)
            self._paths(step, "after the keys")
            self._story.look(step, "phases/3/")

    def _credits(self) -> None:
        self._compared_in_shadow()
        self._leaves(3)
        self._on_for_everyone()
        self._prices_go_back_and_forward()
        self._planted_fault()

    def _compared_in_shadow(self) -> None:
        with self._story.step(4, "Prices compared on every stratum, in shadow") as step:
            self._refused(step, "flag", CREDITS, "--everyone", "yes", "--reason", "rehearsal")
            self._place.manage(
                "retired_choices", *(word for each in MAPPED for word in ("--map", each)), "--reason", "by the owners"
            )
            self._person.acknowledge_what_is_open()
            self._person.compare_anew([MODELS, CREDITS])
            self._drive("charges", ENOUGH, "before")
            self._models()
            self._signed_forecast(step)
            self._tests(step, 4)

    def _on_for_everyone(self) -> None:
        with self._story.step(4, "Entered, and on for everyone") as step:
            self._person.time_again(4, self._models)
            self._person.wait_for_gates(4, "entering")
            self._person.goes_forward(4, "advance", "3", "--reason", "rehearsal", drive=self._models)
            for flag in (MODELS, CREDITS):
                self._forward(flag)
                self._charges_for_a_while(flag)
            self._paths(step, "at the new price")
            self._story.look(step, "phases/4/")

    def _prices_go_back_and_forward(self) -> None:
        with self._story.step(4, "Rolled back, charged by legacy, forward again") as step:
            self._rolled_back(step, 4)
            self._charges_for_a_while("back")
            for flag in (MODELS, CREDITS):
                self._forward(flag)
                self._charges_for_a_while(f"again-{flag}")

    def _planted_fault(self) -> None:
        with self._story.step(
            4, "A wrong rate is planted: it rolls back by itself, and what was taken is given back"
        ) as step:
            before = self._place.harness("status")["flags"][CREDITS]["epoch"]
            self._sql(WRONG_RATE.format(100))
            self._place.drive("charges", "1", "wrong", expected=(DONE, FAILED))
            if not until(lambda: self._place.harness("status")["flags"][CREDITS]["everyone"] is False, seconds=30):
                raise Failed(f"{CREDITS} was not rolled back by itself after a wrong rate.")
            epoch = self._place.harness("status")["flags"][CREDITS]["epoch"]
            step.found.append(f"rolled back without a person, epoch {before} to {epoch}")
            self._sql(WRONG_RATE.format(1_000))
            healed = self._place.harness("heal", "--flag", CREDITS, "--write", "--yes", "--reason", "a wrong rate")
            step.found.append(f"given back: {healed['totals']['overpaid']} credits")
            self._person.acknowledge_what_is_open()
            self._person.compare_anew([CREDITS])
            self._drive("charges", ENOUGH, "after-the-fault")
            self._tests(step, 4)
            self._signed_forecast(step)
            self._person.time_again(4, self._models)
            self._person.wait_for_gates(4, "entering")
            self._forward(CREDITS)
            self._charges_for_a_while("healed")
            self._story.look(step, f"flags/{CREDITS}/")

    def _endpoint(self) -> None:
        self._leaves(4)
        with self._story.step(5, "The endpoint answers, goes away and answers again") as step:
            self._tests(step, 5)
            self._person.wait_for_gates(5, "entering")
            self._place.harness("advance", "4", "--reason", "rehearsal")
            self._forward("ai-models-endpoint")
            self._rolled_back(step, 5)
            self._forward("ai-models-endpoint")
            self._story.look(step, "phases/5/")
        self._leaves(5)

    def _frontend(self) -> None:
        with self._story.step(6, "The pages read it, do not, and read it again") as step:
            self._tests(step, 6)
            self._person.acknowledge_what_is_open()
            self._person.wait_for_gates(6, "entering")
            self._place.harness("advance", "5", "--reason", "rehearsal")
            self._forward("dynamic-model-choices")
            self._rolled_back(step, 6)
            self._forward("dynamic-model-choices")
            self._paths(step, "with the pages")
            self._story.look(step, "phases/6/")
        self._leaves(6)

    def _goes_live(self, phase: int, flags: list[str]) -> None:
        with self._story.step(phase, "Its gates are open: on for everyone"):
            self._person.wait_for_gates(phase, "entering")
            for flag in flags:
                self._forward(flag)
                self._drive("keys", A_WHILE_OF_KEYS)

    def _leaves(self, phase: int) -> None:
        with self._story.step(phase, "What it takes to leave it: tests, checklist, quiet days") as step:
            for each in self._person.shut(phase, "leaving"):
                step.found.append(f"{each['gate']} was {each['answer']}: {each['sentence']}")
            self._obeyed(step, phase)
            self._tests(step, phase)
            self._person.tick_everything_off(phase)
            self._person.acknowledge_what_is_open()
            self._place.asked("trial-balance")
            self._person.wait_for_gates(phase, "leaving")

    def _tests(self, step: Step, phase: int) -> None:
        told = self._person.report_the_tests(phase, junit=self._junit, revision=self._revision)
        step.found.append(f"tests after phase {phase}: {told['tests']:,}, {told['failed']} failed")

    def _obeyed(self, step: Step, phase: int, *, are_compared: bool = True) -> None:
        step.found.append(f"operations: {self._operations.tell(self._place, phase, are_compared=are_compared)}")

    def _refused(self, step: Step, *words: str) -> None:
        step.found.append(f"refused: {self._place.refused(*words)[:300]}")

    def _forward(self, flag: str) -> None:
        words = ("flag", flag, "--everyone", "yes", "--reason", "its gates are open")
        self._person.goes_forward(PHASES[flag], *words, drive=self._models)

    def _rolled_back(self, step: Step, phase: int) -> None:
        proof: dict[str, Any] = self._person.roll_back(phase)["proof"]
        if not proof["holds"]:
            raise Failed(f"The rollback of phase {phase} is not proven: {proof}")
        step.found.append(
            f"rolled back: {len(proof['acknowledged'])} processes acknowledged, proof after {proof['waited_ms']} ms"
        )

    def _signed_forecast(self, step: Step) -> None:
        self._place.harness("forecast", "--since", "30d")
        self._place.harness("forecast", "--since", "30d", "--sign-off", "--reason", "agreed with finance", "--yes")
        step.found.append("the forecast is signed")

    def _charges_for_a_while(self, name: str) -> None:
        self._drive("charges", A_FEW, name)
        self._drive("models", A_WHILE)

    def _paths(self, step: Step, name: str) -> None:
        self._place.drive("paths", "1", name)
        step.found.append(f"every operation on each execution path, {name}")

    def _models(self) -> None:
        self._drive("models", ENOUGH_FOR_A_BOUND)

    def _drive(self, what: str, times: int, name: str = "x") -> None:
        self._place.drive(what, str(times), name)

    def _sql(self, statement: str) -> None:
        self._place.manage("shell", "-c", f"from django.db import connection as c; c.cursor().execute({statement!r})")
