"""Disputes, decisions, known answers and appeals: what reviewers do."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import review, training
from annotate.api.manage import task_serializers as s
from annotate.models import Appeal, Role, Task
from annotate.permissions import project_for, sees_names, task_of, user_of
from annotate.queries import appeals
from annotate.queries import tasks as task_queries


def detail_of(request: Request, task: Task) -> dict[str, object]:
    """The task as this user may see it."""
    task.refresh_from_db()
    shown = task_queries.detail(task, with_names=sees_names(request, task.question.project))
    return dict(s.TaskDetail(shown).data)


class DisputesView(APIView):
    @extend_schema(parameters=[OpenApiParameter("cursor", OpenApiTypes.STR)], responses=s.TaskPage)
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        page = task_queries.disputes(project, cursor=request.query_params.get("cursor", ""))
        return Response(s.TaskPage(page).data)


class DecisionView(APIView):
    @extend_schema(request=s.TaskDecision, responses={201: s.TaskDetail})
    def post(self, request: Request, slug: str, task: int) -> Response:
        found = task_of(project_for(request, slug, at_least=Role.REVIEWER), task)
        data = s.TaskDecision(data=request.data)
        data.is_valid(raise_exception=True)
        review.adjudicate(
            task=found,
            by=user_of(request),
            parts=data.validated_data["answer"],
            explanation=data.validated_data["explanation"],
        )
        return Response(detail_of(request, found), status=status.HTTP_201_CREATED)


class KnownAnswerView(APIView):
    """Makes a task gold, or a task of the training, or work again."""

    @extend_schema(request=s.KnownAnswer, responses=s.TaskDetail)
    def put(self, request: Request, slug: str, task: int) -> Response:
        found = task_of(project_for(request, slug), task)
        data = s.KnownAnswer(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        training.set_known_answer(
            task=found,
            by=user_of(request),
            parts=given["answer"],
            explanation=given["explanation"],
            training=given["training"],
        )
        return Response(detail_of(request, found))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, task: int) -> Response:
        found = task_of(project_for(request, slug), task)
        training.forget_known_answer(task=found, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AppealsView(APIView):
    @extend_schema(responses=s.AppealRow(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        rows = appeals.appeals(project, with_names=sees_names(request, project))
        return Response(s.AppealRow(rows, many=True).data)


class AppealAnswerView(APIView):
    @extend_schema(request=s.AppealAnswer, responses=s.AppealRow)
    def post(self, request: Request, slug: str, appeal: int) -> Response:
        project = project_for(request, slug, at_least=Role.REVIEWER)
        found = Appeal.objects.filter(pk=appeal, assignment__task__question__project=project)
        if not found:
            raise Http404
        data = s.AppealAnswer(data=request.data)
        data.is_valid(raise_exception=True)
        answered = review.answer_appeal(appeal=found[0], by=user_of(request), **data.validated_data)
        row = appeals.row(answered, with_names=sees_names(request, project))
        return Response(s.AppealRow(row).data)
