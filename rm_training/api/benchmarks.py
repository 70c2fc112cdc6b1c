"""Benchmarks of a reward model over HTTP: authorise, parse, one action or query, respond."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.rater.serializers import Estimate
from annotate.permissions import project_for, user_of
from rm_training.actions.benchmarks import cancel_benchmark, start_benchmark
from rm_training.api.asked import LISTED, one, parsed
from rm_training.models import BenchmarkRun, RewardModel, Trigger
from rm_training.queries.benchmarks import benchmark_runs_of, benchmarks


class BenchmarkLine(serializers.Serializer[Any]):
    """A subset, a part of one, or a section of several. `floor`: what the longer response would
    get; `missing`: parts that had no item, whose weight the others share."""

    kind = serializers.ChoiceField(choices=["part", "subset", "section"])
    name = serializers.CharField()
    accuracy = Estimate()
    floor = serializers.FloatField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())


class BadRow(serializers.Serializer[Any]):
    file = serializers.CharField()
    place = serializers.IntegerField()
    reason = serializers.CharField()


class UnreadFile(serializers.Serializer[Any]):
    file = serializers.CharField()
    reason = serializers.CharField()


class BenchmarkFigures(serializers.Serializer[Any]):
    """`accuracy` is the total as the benchmark defines it; `aggregate` is how the heads' rewards
    became one; `bad` counts rows that could not be read, `bad_rows` has the first of them."""

    accuracy = Estimate()
    floor = serializers.FloatField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    lines = BenchmarkLine(many=True)
    aggregate = serializers.CharField()
    items = serializers.IntegerField()
    repeated = serializers.IntegerField()
    bad = serializers.IntegerField()
    bad_rows = BadRow(many=True)
    unread = UnreadFile(many=True)
    truncated = serializers.IntegerField()
    max_tokens = serializers.IntegerField()


class BenchmarkRunOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    benchmark = serializers.CharField()
    form = serializers.CharField()
    state = serializers.ChoiceField(choices=BenchmarkRun.State.choices)
    progress = serializers.FloatField()
    message = serializers.CharField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    figures = BenchmarkFigures(allow_null=True)


class AvailableBenchmark(serializers.Serializer[Any]):
    """What the operator has put there; without a form it can't be chosen, and `reason` says why."""

    name = serializers.CharField()
    form = serializers.CharField()
    reason = serializers.CharField()


class BenchmarksOut(serializers.Serializer[Any]):
    runs = BenchmarkRunOut(many=True)
    available = AvailableBenchmark(many=True)


class BenchmarkNew(serializers.Serializer[Any]):
    benchmark = serializers.CharField(max_length=255, help_text="A name from the list.")


class BenchmarksView(APIView):
    @extend_schema(operation_id="benchmarks_list", responses=BenchmarksOut)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """The newest 100 runs of a reward model, newest first, and the benchmarks there are."""
        model = one(RewardModel.objects.filter(project=project_for(request, slug)), pk)
        found = {"runs": benchmark_runs_of(model)[:LISTED], "available": benchmarks()}
        return Response(BenchmarksOut(found).data)

    @extend_schema(request=BenchmarkNew, responses={202: BenchmarkRunOut})
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Starts a run; 409 while another of the model is queued or running."""
        model = one(RewardModel.objects.filter(project=project_for(request, slug)), pk)
        data = parsed(BenchmarkNew(data=request.data))
        run = start_benchmark(model=model, by=user_of(request), trigger=Trigger.BUTTON, **data)
        return Response(BenchmarkRunOut(run).data, status=status.HTTP_202_ACCEPTED)


class BenchmarkCancelView(APIView):
    @extend_schema(request=None, responses=BenchmarkRunOut)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Stops a run at its next step; a run that has ended stays as it is."""
        run = one(BenchmarkRun.objects.filter(project=project_for(request, slug)), pk)
        return Response(BenchmarkRunOut(cancel_benchmark(run=run, by=user_of(request))).data)
