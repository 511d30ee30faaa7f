"""The endpoints of phases: to look, to close one and open it again, to tick, to bring a report of the tests."""

from dataclasses import asdict
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import phase_answers, phase_requests
from dashboards.api.answers import PhaseAnswer
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.override import override_named
from dashboards.api.pages import page_of
from dashboards.api.requests import PageQuery
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.models import TestRun
from migration_harness.plan import plan
from migration_harness.rollout import advancing, checklists, verifying
from migration_harness.rollout.standing import PhaseStanding, gates_by_phase, standing_of
from rest_api.envelope import success
from rest_api.parsing import BoundedFileParser
from rest_api.strict import checked


class Phases(OperatorEndpoint):
    """The phases of the plan."""

    query = PageQuery

    @describes(PhaseAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the phases in order, with how many of their gates are open."""
        return page_of(queries.status(gates=gates_by_phase())["phases"], PhaseAnswer, request)


class PhaseOfNumber(OperatorEndpoint):
    """One phase."""

    @describes(phase_answers.PhaseWithGatesAnswer)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002  Every method takes the request.
        """Ask every gate of a phase, entering and leaving; with its checklist, and what is outside of the plan."""
        return Response(success(phase_answers.PhaseWithGatesAnswer(_shown(standing_of(number))).data))


class Advance(OperatorEndpoint):
    """The end of a phase."""

    actions = {"POST": (actions.ADVANCE,)}

    @describes(phase_answers.AdvancedAnswer, body=phase_requests.AdvanceBody)
    def post(self, request: Request, number: int) -> Response:
        """Close a phase, and make the next one active; 409 with the gates' sentences where one is not open."""
        plan().phase(number)
        body = checked(phase_requests.AdvanceBody, request.data)
        override = body.get("override", False)
        with override_named():
            done = advancing.advance(number=number, actor=self.acting, reason=body.get("reason", ""), override=override)
        data = phase_answers.AdvancedAnswer(
            {
                "phase": number,
                "changed": done.changed,
                "active": done.active.number if done.active else None,
                "outside_plan": done.outside_plan,
                "gates": [each.told for each in done.answers],
            }
        ).data
        return Response(success(data, message=done.sentence))


class Reopen(OperatorEndpoint):
    """The way back of a phase's end."""

    actions = {"POST": (actions.ADVANCE,)}

    @describes(phase_answers.ReopenedAnswer, body=phase_requests.ReopenBody)
    def post(self, request: Request, number: int) -> Response:
        """Open a phase again, the last one first; no gate is asked."""
        plan().phase(number)
        body = checked(phase_requests.ReopenBody, request.data)
        row = advancing.reopen(number=number, actor=self.acting, reason=body.get("reason", ""))
        data = phase_answers.ReopenedAnswer({"phase": number, "changed": row is not None}).data
        return Response(success(data, message=advancing.reopened_sentence(number, row)))


class Checklist(OperatorEndpoint):
    """What people do by hand in a phase."""

    actions = {"POST": (actions.CHECKLIST,)}

    @describes(phase_answers.ChecklistAnswer)
    def get(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """Show the checklist of a phase."""
        return Response(success(_checklist(number)))

    @describes(phase_answers.ChecklistAnswer, body=phase_requests.ChecklistBody)
    def post(self, request: Request, number: int) -> Response:
        """Tick an item off, or take its tick back."""
        phase = plan().phase(number)
        body = checked(phase_requests.ChecklistBody, request.data)
        act = checklists.tick if body["done"] else checklists.untick
        act(phase=phase, number=body["item"], actor=self.acting, note=body.get("note", ""))
        return Response(success(_checklist(number)))


class TestReports(OperatorEndpoint):
    """Runs of the tests after a phase."""

    __test__ = False

    actions = {"POST": (actions.VERIFY,)}

    parser_classes = (BoundedFileParser,)

    @describes(phase_answers.TestRunAnswer, body=phase_requests.TestReportBody)
    def post(self, request: Request, number: int) -> Response:
        """Record the JUnit report of a run elsewhere, for the revision that it is of."""
        phase = plan().phase(number)
        sent = {"report": request.FILES.getlist("report")} | _named(request)
        body = checked(phase_requests.TestReportBody, sent)
        row = verifying.take_reports(
            phase=phase,
            files=phase_requests.reports_in(body),
            revision=body.get("revision", ""),
            actor=self.acting,
        )
        return Response(success(_run(row), message=verifying.sentence_of(row)))


def _named(request: Request) -> dict[str, Any]:
    """Return what a form says beside its files: a field that nobody knows is a mistake."""
    others = {name: request.FILES[name] for name in request.FILES if name != "report"}
    return request.POST.dict() | others


def _shown(found: PhaseStanding) -> dict[str, Any]:
    phase, closed = found.status.phase, found.status.closed
    return {
        "number": phase.number,
        "name": phase.name,
        "state": found.status.state,
        "flags": [flag.name for flag in phase.flags],
        "gates": found.gates,
        "risk": phase.risk,
        "way_back": phase.way_back,
        "closed": closed and {"at": closed.at, "actor": closed.actor, "reason": closed.reason},
        "asked": [each.told for each in found.answers],
        "checklist": [asdict(each) for each in found.checklist],
        "outside_plan": [asdict(each) for each in found.outside],
    }


def _checklist(number: int) -> dict[str, Any]:
    items = [asdict(each) for each in checklists.checklist_of(plan().phase(number))]
    data: dict[str, Any] = phase_answers.ChecklistAnswer({"phase": number, "items": items}).data
    return data


def _run(row: TestRun) -> dict[str, Any]:
    named = ("phase", "revision", "dirty", "tests", "failed", "source", "at", "seconds")
    values = {name: getattr(row, name) for name in named}
    data: dict[str, Any] = phase_answers.TestRunAnswer(values | {"green": verifying.is_green(row)}).data
    return data
