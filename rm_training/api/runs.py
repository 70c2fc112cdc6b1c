"""Views of training: the runs, how they go, and the project's plan for them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.permissions import project_for, user_of
from rm_training.actions.plan import change_plan, plan_of
from rm_training.actions.runs import cancel_run, start_run
from rm_training.api import run_serializers as s
from rm_training.api.asked import LISTED, one, parsed
from rm_training.models import Trigger
from rm_training.queries.listings import points_of, runs_of


class TrainingRunsView(APIView):
    @extend_schema(operation_id="training_runs_list", responses=s.TrainingRunOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The newest 100 runs, newest first."""
        runs = runs_of(project_for(request, slug))[:LISTED]
        return Response(s.TrainingRunOut(runs, many=True).data)

    @extend_schema(request=s.TrainingNew, responses={202: s.TrainingRunOut})
    def post(self, request: Request, slug: str) -> Response:
        """Starts a run, a nightly one unless said otherwise, with the settings of the project's
        plan; 409 while another of the project is queued or running."""
        project = project_for(request, slug)
        data = parsed(s.TrainingNew(data=request.data))
        run = start_run(project=project, by=user_of(request), trigger=Trigger.BUTTON, **data)
        return Response(s.TrainingRunOut(run).data, status=status.HTTP_202_ACCEPTED)


class TrainingRunView(APIView):
    @extend_schema(responses=s.TrainingRunOut)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        run = one(runs_of(project_for(request, slug)), pk)
        return Response(s.TrainingRunOut(run).data)


class TrainingRunCancelView(APIView):
    @extend_schema(request=None, responses=s.TrainingRunOut)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Stops a run at its next step; a run that has ended stays as it is."""
        project = project_for(request, slug)
        run = cancel_run(run=one(runs_of(project), pk), by=user_of(request))
        return Response(s.TrainingRunOut(one(runs_of(project), run.pk)).data)


class TrainingPointsView(APIView):
    @extend_schema(responses=s.TrainingPointOut(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """The steps of a fine-tune so far, by member and step; of very many every few."""
        run = one(runs_of(project_for(request, slug)), pk)
        return Response(s.TrainingPointOut(points_of(run), many=True).data)


class TrainingPlanView(APIView):
    @extend_schema(responses=s.TrainingPlanOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(s.TrainingPlanOut(plan_of(project_for(request, slug))).data)

    @extend_schema(request=s.TrainingPlanOut, responses=s.TrainingPlanOut)
    def put(self, request: Request, slug: str) -> Response:
        """Replaces the plan; runs that are on go on as they were asked for."""
        project = project_for(request, slug)
        data = parsed(s.TrainingPlanOut(data=request.data))
        changed = change_plan(project=project, by=user_of(request), **data)
        return Response(s.TrainingPlanOut(changed).data)
