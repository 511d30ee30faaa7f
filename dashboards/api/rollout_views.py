"""The endpoints of rollouts: to look, to start, to move, to end."""

from dataclasses import asdict
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api import requests, rollout_answers, rollout_requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from dashboards.api.proofs import proven_answer
from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.control.seen import refuse_unseen
from migration_harness.rollout import running
from migration_harness.rollout.budget import budget_status
from migration_harness.rollout.starting import Prepared, prepare, start
from migration_harness.rollout.status import rollout_status, rollouts
from migration_harness.rollout.who import who_is_in
from rest_api.envelope import success
from rest_api.strict import checked


class Rollouts(OperatorEndpoint):
    """All rollouts."""

    query = requests.PageQuery

    @describes(rollout_answers.RolloutAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List the rollouts, those under way first, then the newest."""
        return page_of([asdict(each) for each in rollouts()], rollout_answers.RolloutAnswer, request)


class RolloutOfFlag(OperatorEndpoint):
    """The rollout of one flag."""

    actions = {"POST": (actions.ROLLOUT,)}

    @describes(rollout_answers.RolloutOfFlagAnswer)
    def get(self, request: Request, name: str) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show the rollout of a flag that is under way, else its newest one, and who is in each step."""
        found = rollout_status(name)
        who, budget = who_is_in(found), budget_status(name)
        told = asdict(found) | {
            "who": None if who is None else [asdict(each) for each in who.steps],
            "budget": None if budget is None else asdict(budget),
        }
        return Response(success(rollout_answers.RolloutOfFlagAnswer(told).data))

    @describes(rollout_answers.PreparedRolloutAnswer, body=rollout_requests.RolloutBody)
    def post(self, request: Request, name: str) -> Response:
        """Start a rollout; with ``dry_run`` only say who would be in each step. 409 while one is under way."""
        body = checked(rollout_requests.RolloutBody, request.data)
        found = queries.flag_status(name)
        if "epoch" in body:
            refuse_unseen({found.name: body["epoch"]})
        prepared = prepare(flag=found.name, wish=rollout_requests.wish_of(body))
        if body.get("dry_run"):
            return Response(success(_prepared(prepared, None), message="Nothing was started."))
        made = start(prepared, actor=self.acting, reason=body.get("reason", ""))
        return Response(success(_prepared(prepared, _told(found.name)), message=made.sentence))


class RolloutMove(OperatorEndpoint):
    """What is done with a rollout that is under way."""

    actions = {"POST": (actions.ROLLOUT,)}

    @describes(rollout_answers.RolloutAnswer, body=rollout_requests.RolloutMoveBody)
    def post(self, request: Request, name: str) -> Response:
        """Pause it, let it go on, or return to a step that it has proven."""
        body = checked(rollout_requests.RolloutMoveBody, request.data)
        said: dict[str, Any] = {"flag": name, "actor": self.acting, "reason": body.get("reason", "")}
        match body["move"]:
            case "pause":
                moved = running.pause(**said)
            case "resume":
                moved = running.resume(**said)
            case _:
                moved = running.back_to(share_bps=rollout_requests.share_of(body), **said)
        return Response(success(_told(name), message=moved.sentence))


class RolloutAbort(OperatorEndpoint):
    """The end of a rollout; as every way back nothing counts it, so nothing can hold it up."""

    throttle_classes = ()

    actions = {"POST": (actions.ROLLBACK,)}

    @describes(rollout_answers.AbortedRolloutAnswer, body=rollout_requests.RolloutAbortBody)
    def post(self, request: Request, name: str) -> Response:
        """Roll back, end the rollout, and wait until every process obeys."""
        body = checked(rollout_requests.RolloutAbortBody, request.data)
        proven = running.abort(flag=name, actor=self.acting, reason=body.get("reason", ""))
        data = rollout_answers.AbortedRolloutAnswer(
            {"rollout": asdict(rollout_status(name)), "proof": proven.told}
        ).data
        return proven_answer(proven, data, said=proven.sentence)


def _told(name: str) -> dict[str, Any]:
    data: dict[str, Any] = rollout_answers.RolloutAnswer(asdict(rollout_status(name))).data
    return data


def _prepared(prepared: Prepared, rollout: dict[str, Any] | None) -> dict[str, Any]:
    who = prepared.who
    told = {
        "sentence": prepared.sentence,
        "epoch": prepared.epoch,
        "all_accounts": who.all_accounts,
        "included": who.included,
        "excluded": who.excluded,
        "notes": who.sentences,
        "who": [asdict(each) for each in who.steps],
        "rollout": None,
    }
    return rollout_answers.PreparedRolloutAnswer(told).data | {"rollout": rollout}
