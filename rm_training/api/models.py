"""Views of reward models: the list, one with its evaluation, which serves, and two compared."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.models import ApiToken
from annotate.permissions import project_for, user_of
from rm_training.actions.champion import promote, roll_back
from rm_training.actions.compare import compare
from rm_training.actions.scores import model_to_score_with
from rm_training.api import model_serializers as s
from rm_training.api.asked import LISTED, one, parsed
from rm_training.queries.listings import models_of


class RewardModelsView(APIView):
    @extend_schema(operation_id="reward_models_list", responses=s.RewardModelOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The newest 100 reward models, newest first."""
        models = models_of(project_for(request, slug))[:LISTED]
        return Response(s.RewardModelOut(models, many=True).data)


class RewardModelView(APIView):
    @extend_schema(responses=s.RewardModelDetail)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(s.RewardModelDetail(one(models_of(project_for(request, slug)), pk)).data)


class PromoteView(APIView):
    @extend_schema(request=s.Promotion, responses=s.RewardModelOut)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Makes this model the champion, whatever its verdict; the reason goes to the audit log."""
        project = project_for(request, slug)
        model = one(models_of(project), pk)
        data = parsed(s.Promotion(data=request.data))
        promote(model=model, by=user_of(request), reason=data["reason"])
        return Response(s.RewardModelOut(one(models_of(project), pk)).data)


class RollBackView(APIView):
    @extend_schema(request=s.RollBack, responses=s.RewardModelOut)
    def post(self, request: Request, slug: str) -> Response:
        """Makes the champion before this one the champion again. 409 where there is none, or where
        it is not the one that is named: the champion has moved since."""
        project = project_for(request, slug)
        data = parsed(s.RollBack(data=request.data))
        back = roll_back(project=project, to=data["to"], by=user_of(request))
        return Response(s.RewardModelOut(one(models_of(project), back.pk)).data)


class CompareView(APIView):
    @extend_schema(parameters=[s.ComparePair], responses=s.ComparisonOut)
    def get(self, request: Request, slug: str) -> Response:
        """Two models, by their numbers, on up to 200 judged tasks of the random evaluation split,
        scored now: some seconds. 409 where nothing of it has been judged; 503 with Retry-After
        while the server scores for as many as it can."""
        project = project_for(request, slug, scope=ApiToken.Scope.SCORE)
        data = parsed(s.ComparePair(data=request.query_params))
        a, b = (model_to_score_with(project, data[name]) for name in ("a", "b"))
        return Response(s.ComparisonOut(compare(project=project, a=a, b=b)).data)
