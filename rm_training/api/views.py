"""Views of the learning side: authorise, parse, one action or query, respond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.authentication import TokenAsPassword
from annotate.models import ApiToken
from annotate.permissions import project_for, user_of
from rm_training.actions.push import push_responses
from rm_training.actions.rounds import start_round
from rm_training.actions.schedule import change_schedule, ensure_schedule
from rm_training.actions.scores import MOST_RESPONSES, Item, model_to_score_with, score
from rm_training.api import serializers as s
from rm_training.api.asked import LISTED, one, parsed
from rm_training.models import Trigger
from rm_training.policies.push import InvalidPush, Pushed, parse_items
from rm_training.queries.listings import round_tasks, rounds_of
from rm_training.queries.overview import overview


class OverviewView(APIView):
    @extend_schema(responses=s.OverviewOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(s.OverviewOut(overview(project_for(request, slug))).data)


class RoundsView(APIView):
    @extend_schema(operation_id="rounds_list", responses=s.RoundOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The newest 100 rounds, newest first."""
        rounds = rounds_of(project_for(request, slug))[:LISTED]
        return Response(s.RoundOut(rounds, many=True).data)

    @extend_schema(request=s.RoundNew, responses={202: s.RoundOut})
    def post(self, request: Request, slug: str) -> Response:
        """Starts a round; what is left out is as the project says. 409 while one is on."""
        project = project_for(request, slug)
        data = parsed(s.RoundNew(data=request.data))
        made = start_round(project=project, by=user_of(request), trigger=Trigger.BUTTON, **data)
        found = one(rounds_of(project), made.pk)
        return Response(s.RoundOut(found).data, status=status.HTTP_202_ACCEPTED)


class RoundView(APIView):
    @extend_schema(responses=s.RoundDetail)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        found = one(rounds_of(project_for(request, slug)), pk)
        found.tasks = round_tasks(found)
        return Response(s.RoundDetail(found).data)


class ResponsesView(APIView):
    @extend_schema(request=s.Push, responses=s.PushResult)
    def post(self, request: Request, slug: str) -> Response:
        """Adds responses of one policy version, at most 1,000; the same again adds nothing."""
        project = project_for(request, slug, scope=ApiToken.Scope.RESPONSES_WRITE)
        data = parsed(s.Push(data=request.data))
        try:
            items = parse_items(data.pop("items"))
        except InvalidPush as error:
            sentences = [f"Item {place}: {reason}" for place, reason in error.errors.items()]
            raise ValidationError({"items": sentences}) from error
        added = push_responses(project=project, by=user_of(request), items=items, **data)
        return Response(s.PushResult(added).data)


class ScoreView(APIView):
    @extend_schema(request=s.ScoreIn, responses=s.ScoreOut)
    def post(self, request: Request, slug: str) -> Response:
        """Rewards of at most 1,024 responses by the champion, or by the model that is named. 503
        with Retry-After while the server scores for as many as it can."""
        project = project_for(request, slug, scope=ApiToken.Scope.SCORE)
        data = parsed(s.ScoreIn(data=request.data))
        items = _items([(item["prompt"], item["responses"]) for item in data["items"]])
        model = model_to_score_with(project, data.get("model"))
        found = score(model=model, items=items, aggregate=data["aggregate"])
        shown = [{"scores": scores} for scores in found]
        return Response(s.ScoreOut({"model": model.number, "items": shown}).data)


class RemoteRewardView(APIView):
    authentication_classes = (TokenAsPassword, SessionAuthentication)

    @extend_schema(parameters=[s.Aggregated], request=s.RemoteRewardIn, responses=s.RemoteRewardOut)
    def post(self, request: Request, slug: str) -> Response:
        """The champion's rewards in the form that OpenRLHF's remote reward model asks for. The
        token may be the password in the address."""
        project = project_for(request, slug, scope=ApiToken.Scope.SCORE)
        data = parsed(s.RemoteRewardIn(data=request.data))
        how = parsed(s.Aggregated(data=request.query_params))
        apart = _taken_apart(data["query"], data["prompts"])
        # Samples of one prompt are one item, so that the heads are held beside each other on it.
        rows: dict[str, list[int]] = {}
        for row, (prompt, _) in enumerate(apart):
            rows.setdefault(prompt, []).append(row)
        items = _items([(p, [apart[row][1] for row in own]) for p, own in rows.items()])
        found = score(model=model_to_score_with(project, None), items=items, **how)
        reward = {
            row: one.reward
            for own, scores in zip(rows.values(), found, strict=True)
            for row, one in zip(own, scores, strict=True)
        }
        return Response({"rewards": [reward[row] for row in range(len(apart))]})


def _items(asked: Sequence[tuple[Any, Sequence[str]]]) -> list[Item]:
    """Prompts and responses, checked like pushed ones; a ValidationError names all bad items."""
    pairs = [(place, p, text) for place, (p, texts) in enumerate(asked) for text in texts]
    if len(pairs) > MOST_RESPONSES:
        raise ValidationError(
            {"items": [f"At most {MOST_RESPONSES:,} responses at once; these are {len(pairs):,}."]}
        )
    try:
        parsed = parse_items([{"prompt": p, "text": text} for _, p, text in pairs])
    except InvalidPush as error:
        reasons = {pairs[row][0]: reason for row, reason in error.errors.items()}
        sentences = [f"Item {place}: {reason}" for place, reason in reasons.items()]
        raise ValidationError({"items": sentences}) from error
    rows = iter(parsed)
    return [_item([next(rows) for _ in texts]) for _, texts in asked]


def _item(pushed: Sequence[Pushed]) -> Item:
    return Item(pushed[0].messages, tuple(one.text for one in pushed))


def _taken_apart(queries: Sequence[str], prompts: Sequence[str]) -> list[tuple[str, str]]:
    """Prompts and responses."""
    if len(queries) != len(prompts):
        raise ValidationError({"prompts": ["Each query needs its prompt."]})
    apart = [query.startswith(prompt) for query, prompt in zip(queries, prompts, strict=True)]
    if not all(apart):
        place = apart.index(False)
        raise ValidationError({"query": [f"Query {place} does not begin with its prompt."]})
    return [(p, query[len(p) :]) for query, p in zip(queries, prompts, strict=True)]


class ScheduleView(APIView):
    @extend_schema(responses=s.ScheduleOut)
    def get(self, request: Request, slug: str) -> Response:
        """When the project retrains and chooses a round every night, in UTC."""
        return Response(s.ScheduleOut(ensure_schedule(project=project_for(request, slug))).data)

    @extend_schema(request=s.ScheduleIn, responses=s.ScheduleOut)
    def put(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        data = parsed(s.ScheduleIn(data=request.data))
        changed = change_schedule(project=project, by=user_of(request), **data)
        return Response(s.ScheduleOut(changed).data)
