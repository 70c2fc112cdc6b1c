"""What a rater may see and send. Each serializer lists its fields: no model or policy name, score,
posterior, recorded label or other rater can slip in (a test walks the schema for them)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.models import Assignment, Question

STRENGTHS = [1, 2, 3]


class Message(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=["system", "user", "assistant"])
    content = serializers.CharField()


class ComparisonSpec(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    k_max = serializers.IntegerField()
    ties = serializers.BooleanField()
    strength = serializers.BooleanField()
    both_bad = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    note = serializers.BooleanField()


class RaterQuestion(serializers.Serializer[Question]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    version = serializers.IntegerField()
    title = serializers.CharField()
    spec = ComparisonSpec()


class WorkProject(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class Progress(serializers.Serializer[Any]):
    done_today = serializers.IntegerField()
    done = serializers.IntegerField()
    available = serializers.IntegerField()
    daily_target = serializers.IntegerField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)


class Work(serializers.Serializer[Any]):
    project = WorkProject()
    guidelines = serializers.CharField()
    question = RaterQuestion()
    progress = Progress()


class ShownResponse(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()


class Rank(serializers.Serializer[Any]):
    response = serializers.IntegerField()
    rank = serializers.IntegerField(min_value=1, max_value=100)


class Answer(serializers.Serializer[Any]):
    ranks = Rank(many=True)
    strength = serializers.ChoiceField(choices=STRENGTHS, allow_null=True)
    unacceptable = serializers.ListField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)


class RaterAssignment(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    task = serializers.IntegerField()
    question = RaterQuestion()
    prompt = Message(many=True)
    responses = ShownResponse(many=True)
    lease_expires_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Assignment.State.choices)
    answer = Answer(allow_null=True)
    revision = serializers.IntegerField()


class Holding(serializers.Serializer[Any]):
    holding = serializers.ListField(child=serializers.IntegerField(), max_length=10, default=list)


class Next(serializers.Serializer[Any]):
    assignment = RaterAssignment(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class Submission(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    revision = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    ranks = serializers.ListField(child=Rank(), max_length=16)
    strength = serializers.IntegerField(allow_null=True, default=None)
    unacceptable = serializers.ListField(
        child=serializers.IntegerField(), max_length=16, default=list
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, default=list
    )
    note = serializers.CharField(allow_blank=True, default="", trim_whitespace=False)
    active_ms = serializers.IntegerField(
        min_value=0, max_value=86_400_000, allow_null=True, default=None
    )


class Receipt(serializers.Serializer[Any]):
    assignment = serializers.IntegerField()
    revision = serializers.IntegerField()
    late = serializers.BooleanField()


class Skip(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Assignment.SkipReason.choices)
    note = serializers.CharField(allow_blank=True, default="", max_length=5000)


class Flag(serializers.Serializer[Any]):
    note = serializers.CharField(allow_blank=True, default="", max_length=5000)


class Lease(serializers.Serializer[Any]):
    lease_expires_at = serializers.DateTimeField()


class HistoryItem(serializers.Serializer[Any]):
    assignment = serializers.IntegerField()
    task = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    late = serializers.BooleanField()
    answer = Answer()
