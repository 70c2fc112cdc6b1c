"""A project's questions and their versions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import projects
from annotate.api.manage import serializers as s
from annotate.permissions import project_for, question_of, user_of


class QuestionsView(APIView):
    @extend_schema(responses=s.QuestionOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        found = project_for(request, slug).questions.order_by("pk")
        return Response(s.QuestionOut(found, many=True).data)

    @extend_schema(request=s.QuestionNew, responses={201: s.QuestionOut})
    def post(self, request: Request, slug: str) -> Response:
        project = project_for(request, slug)
        data = s.QuestionNew(data=request.data)
        data.is_valid(raise_exception=True)
        question = projects.add_question(
            project=project, by=user_of(request), **data.validated_data
        )
        return Response(s.QuestionOut(question).data, status=status.HTTP_201_CREATED)


class QuestionView(APIView):
    @extend_schema(request=s.QuestionChange, responses=s.QuestionOut)
    def patch(self, request: Request, slug: str, question: int) -> Response:
        found = question_of(project_for(request, slug), question)
        data = s.QuestionChange(data=request.data)
        data.is_valid(raise_exception=True)
        changed = projects.change_question(
            question=found, by=user_of(request), changes=data.validated_data
        )
        return Response(s.QuestionOut(changed).data)


class QuestionVersionsView(APIView):
    @extend_schema(responses=s.QuestionVersion(many=True))
    def get(self, request: Request, slug: str, question: int) -> Response:
        found = question_of(project_for(request, slug), question)
        versions = found.versions.order_by("-version")
        return Response(s.QuestionVersion(versions, many=True).data)
