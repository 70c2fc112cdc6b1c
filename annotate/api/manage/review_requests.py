"""Requests to review tasks: the open ones, new ones by hand, and their dismissal."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.actions import review_requests
from annotate.api.manage.task_serializers import TaskRow
from annotate.models import ReviewRequest, Role
from annotate.models.review import REASON_LENGTH
from annotate.permissions import project_for, user_of
from annotate.queries.reviews import requests_of, waiting

MOST = 200
"""Tasks asked for in one request."""


class ReviewRequestOut(serializers.Serializer[Any]):
    """`by` is null where nobody asked by hand."""

    id = serializers.IntegerField()
    task = TaskRow()
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class ReviewRequestPage(serializers.Serializer[Any]):
    results = ReviewRequestOut(many=True)
    next = serializers.CharField(allow_null=True)


class ReviewRequestNew(serializers.Serializer[Any]):
    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST
    )
    reason = serializers.CharField(max_length=REASON_LENGTH)


class Requested(serializers.Serializer[Any]):
    """How many tasks were sent to review now, and how many were not, by why."""

    sent = serializers.IntegerField()
    waiting = serializers.IntegerField()
    decided = serializers.IntegerField()
    dismissed = serializers.IntegerField()
    not_work = serializers.IntegerField()


class ReviewRequestsView(APIView):
    @extend_schema(
        operation_id="review_requests_list",
        parameters=[OpenApiParameter("cursor", OpenApiTypes.STR)],
        responses=ReviewRequestPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        """Tasks that wait for a reviewer because somebody asked, the oldest request first."""
        project = project_for(request, slug, at_least=Role.REVIEWER)
        page = waiting(project, cursor=request.query_params.get("cursor", ""))
        return Response(ReviewRequestPage(page).data)

    @extend_schema(request=ReviewRequestNew, responses={201: Requested})
    def post(self, request: Request, slug: str) -> Response:
        """Asks for at most 200 tasks by hand. Those that wait already or are decided are counted;
        one whose label a reviewer found right comes back."""
        project = project_for(request, slug, at_least=Role.REVIEWER)
        data = ReviewRequestNew(data=request.data)
        data.is_valid(raise_exception=True)
        reasons = dict.fromkeys(data.validated_data["tasks"], data.validated_data["reason"])
        requested = review_requests.request_review(
            project=project, reasons=reasons, by=user_of(request), dismissed_too=True
        )
        return Response(Requested(requested).data, status=status.HTTP_201_CREATED)


class ReviewDismissView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """The label is right: the task leaves the list without a decision. 409 where a reviewer
        was faster, or had the task as a rater."""
        project = project_for(request, slug, at_least=Role.REVIEWER)
        try:
            found = requests_of(project).get(pk=pk)
        except ReviewRequest.DoesNotExist:
            raise Http404 from None
        review_requests.dismiss_review(request=found, by=user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
