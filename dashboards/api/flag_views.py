"""The endpoints of flags: to look, to change, to roll back."""

from dataclasses import asdict
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import flag_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.override import override_named
from dashboards.api.pages import page_of
from dashboards.api.proofs import proven_answer
from dashboards.flips import Flipped
from migration_harness import queries
from migration_harness.accounts import directory
from migration_harness.authority import actions
from migration_harness.control.rollback import change_flag, roll_back
from rest_api.envelope import failure, success
from rest_api.strict import checked


class Flags(OperatorEndpoint):
    """All flags."""

    query = requests.PageQuery

    @describes(flag_answers.FlagAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the flags, by name."""
        return page_of(queries.flag_statuses(), flag_answers.FlagAnswer, request)


class Flag(OperatorEndpoint):
    """One flag."""

    actions = {"PATCH": (actions.FLIP,)}

    @describes(flag_answers.FlagAndCohortAnswer)
    def get(self, request: Request, name: str) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show a flag and how many accounts are on the candidate."""
        found = queries.flag_status(name)
        ids = directory().all_ids()
        on_candidate = len(queries.cohort_of(queries.snapshot(), name, ids))
        cohort = {
            **asdict(found),
            "on_candidate": on_candidate,
            "accounts": len(ids),
            "gone": queries.gone_members(name),
        }
        return Response(success(flag_answers.FlagAndCohortAnswer(cohort).data))

    @describes(flag_answers.ProvenFlipAnswer, body=requests.FlagBody)
    def patch(self, request: Request, name: str) -> Response:
        """Change a flag; what the body does not name stays. 409 where it was made and moved none it asks for."""
        found = queries.flag_status(name)
        body = checked(requests.FlagBody, request.data)
        change, reason = requests.flag_change(body, flag=found.name), body.get("reason", "")
        seen = {found.name: body["epoch"]} if "epoch" in body else None
        with override_named():
            flipped = Flipped.by(
                lambda: change_flag(
                    name=found.name,
                    change=change,
                    actor=self.acting,
                    reason=reason,
                    seen=seen,
                    override=body.get("override", False),
                ),
                change=change,
            )
        if flipped.held and flipped.held.is_failure:
            answer = failure(flipped.sentence, code="nobody_moved") | {"data": _one(flipped)}
            return Response(answer, status=status.HTTP_409_CONFLICT)
        return Response(success(_one(flipped), message=flipped.sentence))


class RollbackEndpoint(OperatorEndpoint):
    """What both ways back have in common: nothing counts them, so nothing can hold them up."""

    throttle_classes = ()

    actions = {"POST": (actions.ROLLBACK,)}

    def rolled_back(self, names: list[str]) -> Flipped:
        """Roll back these flags as the body says."""
        body = checked(requests.RollbackBody, self.request.data)
        how = {"reason": body.get("reason", ""), "to_off": body.get("to_off", False), "only": body.get("only", False)}
        return Flipped.by(lambda: roll_back(names=names, actor=self.actor, **how), at_once=True)


class Rollback(RollbackEndpoint):
    """The way back of one flag."""

    @describes(flag_answers.RollbackAnswer, body=requests.RollbackBody)
    def post(self, request: Request, name: str) -> Response:  # noqa: ARG002
        """Give everyone the baseline and wait until every process obeys; no gate is asked, no reason needed.

        Flags that require it come along, unless ``only`` says that they stay as they are, without effect.
        """
        found = queries.flag_status(name)
        flipped = self.rolled_back([found.name])
        data = {**flipped.asked, "along": flipped.flags[1:], **flipped.rollback}
        return proven_answer(flipped.proven, flag_answers.RollbackAnswer(data).data, said=flipped.sentence)


class RollbackOfAll(RollbackEndpoint):
    """The way back of every flag."""

    @describes(flag_answers.RollbacksAnswer, body=requests.RollbackBody)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Give everyone the baseline of every flag and wait until every process obeys."""
        flipped = self.rolled_back([flag.name for flag in queries.flag_statuses()])
        data = flag_answers.RollbacksAnswer({"flags": flipped.flags, **flipped.rollback}).data
        return proven_answer(flipped.proven, data, said=flipped.sentence)


def _one(flipped: Flipped) -> dict[str, Any]:
    return flag_answers.ProvenFlipAnswer({**flipped.asked, "proof": flipped.proof}).data
