"""Labels that a run's model doubts: how they stand with the reviewers, and sending them there."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.manage.review_requests import Requested
from annotate.permissions import project_for, user_of
from annotate.queries.reviews import Standing, standings
from rm_training.actions.suspects import send_to_review, suspects_of
from rm_training.api.asked import one, parsed
from rm_training.queries.listings import runs_of


class SuspectStanding(serializers.Serializer[Any]):
    """Where a doubted task stands: `open` is what nobody has asked a reviewer about."""

    task = serializers.IntegerField()
    standing = serializers.ChoiceField(choices=[standing.value for standing in Standing])


class SuspectsToReview(serializers.Serializer[Any]):
    tasks = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_empty=False
    )


class SuspectsView(APIView):
    @extend_schema(operation_id="suspects_standing", responses=SuspectStanding(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """The tasks of the run's suspects, each once, the most doubted first."""
        project = project_for(request, slug)
        tasks = list(suspects_of(one(runs_of(project), pk)))
        found = standings(project, tasks)
        shown = [{"task": task, "standing": found[task]} for task in tasks]
        return Response(SuspectStanding(shown, many=True).data)

    @extend_schema(request=SuspectsToReview, responses=Requested)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Sends the tasks that are named, or all suspects of the run, to the reviewers. Those that
        wait already, are decided or were found right by a reviewer stay as they are."""
        project = project_for(request, slug)
        run = one(runs_of(project), pk)
        data = parsed(SuspectsToReview(data=request.data))
        return Response(Requested(send_to_review(run=run, by=user_of(request), **data)).data)
