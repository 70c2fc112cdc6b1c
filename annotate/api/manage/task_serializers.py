"""Tasks with their votes and history, decisions, known answers and appeals."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.api.rater.serializers import (
    STRENGTHS,
    Answer,
    AnswerParts,
    Message,
    RaterQuestion,
)
from annotate.models import Appeal, Assignment, Judgment, Question, Task, User


class TaskRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    k = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()
    source = serializers.ChoiceField(choices=Task.Source.choices)  # type: ignore[assignment] # DRF's Field.source; a declared field never shadows it
    overlap = serializers.IntegerField()
    judgments = serializers.IntegerField()
    live_leases = serializers.IntegerField()
    flagged = serializers.BooleanField()
    entropy = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()
    recorded_ranks = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    purpose = serializers.ChoiceField(choices=Task.Purpose.choices)
    confidence = serializers.FloatField(allow_null=True)
    disagreement = serializers.FloatField(allow_null=True)
    decided = serializers.BooleanField()


class TaskPage(serializers.Serializer[Any]):
    results = TaskRow(many=True)
    next = serializers.CharField(allow_null=True)


class TaskResponse(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    policy = serializers.CharField(allow_null=True)


class TaskJudgment(serializers.Serializer[Any]):
    """One revision of one judgment; a reviewer's decision where `decision` is true."""

    id = serializers.IntegerField(source="judgment.pk")
    rater = serializers.CharField()
    kind = serializers.ChoiceField(choices=User.Kind.choices, source="judgment.rater.kind")
    decision = serializers.SerializerMethodField()
    ranks = serializers.ListField(child=serializers.IntegerField(), source="judgment.ranks")
    strength = serializers.ChoiceField(
        choices=STRENGTHS, allow_null=True, source="judgment.strength"
    )
    unacceptable = serializers.ListField(
        child=serializers.BooleanField(), source="judgment.unacceptable"
    )
    tags = serializers.ListField(child=serializers.CharField(), source="judgment.tags")
    note = serializers.CharField(source="judgment.note")
    answer = Answer()
    late = serializers.BooleanField(source="judgment.late")
    revision = serializers.IntegerField(source="judgment.revision")
    newest = serializers.BooleanField(source="judgment.newest")
    version = serializers.IntegerField(source="judgment.assignment.version")
    shown = serializers.ListField(child=serializers.IntegerField(), source="judgment.shown")
    submitted_at = serializers.DateTimeField(source="judgment.submitted_at")
    active_ms = serializers.IntegerField(allow_null=True, source="judgment.active_ms")
    pasted = serializers.IntegerField(allow_null=True, source="judgment.pasted")

    def get_decision(self, vote: Any) -> bool:
        return bool(vote.judgment.kind == Judgment.Kind.ADJUDICATION)


class TaskLease(serializers.Serializer[Any]):
    rater = serializers.CharField()
    state = serializers.ChoiceField(choices=Assignment.State.choices, source="assignment.state")
    leased_at = serializers.DateTimeField(source="assignment.leased_at")
    lease_expires_at = serializers.DateTimeField(source="assignment.lease_expires_at")
    skip_reason = serializers.CharField(allow_blank=True, source="assignment.skip_reason")
    flagged = serializers.BooleanField(source="assignment.flagged")
    note = serializers.CharField(allow_blank=True, source="assignment.note")


class StepPosterior(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    right = serializers.FloatField()
    neutral = serializers.FloatField()
    wrong = serializers.FloatField()


class PairPosterior(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    win = serializers.FloatField()
    tie = serializers.FloatField()
    lose = serializers.FloatField()


class TaskReview(serializers.Serializer[Any]):
    """The newest request that a reviewer look at the task: open until `closed_at`, by a decision
    or, where `dismissed`, because its label was found right."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    dismissed = serializers.BooleanField()


class TaskDetail(TaskRow):
    question = RaterQuestion()
    prompt = Message(many=True)
    responses = TaskResponse(many=True)
    votes = TaskJudgment(many=True)
    leases = TaskLease(many=True)
    posterior = PairPosterior(many=True, allow_null=True)
    steps = StepPosterior(many=True, allow_null=True)
    known = Answer(allow_null=True)
    explanation = serializers.CharField(allow_null=True)
    meta = serializers.DictField(allow_null=True)
    review = TaskReview(allow_null=True)


class TaskDecision(serializers.Serializer[Any]):
    """What a reviewer decides; the explanation is shown to the task's raters."""

    answer = AnswerParts()
    explanation = serializers.CharField(max_length=5000)


class KnownAnswer(serializers.Serializer[Any]):
    answer = AnswerParts()
    explanation = serializers.CharField(max_length=5000)
    training = serializers.BooleanField(default=False)


class AppealRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="appeal.pk")
    task = serializers.IntegerField(source="appeal.assignment.task_id")
    rater = serializers.CharField()
    text = serializers.CharField(source="appeal.text")
    state = serializers.ChoiceField(choices=Appeal.State.choices, source="appeal.state")
    reply = serializers.CharField(allow_blank=True, source="appeal.reply")
    created_at = serializers.DateTimeField(source="appeal.created_at")
    decided_at = serializers.DateTimeField(allow_null=True, source="appeal.decided_at")


class AppealAnswer(serializers.Serializer[Any]):
    upheld = serializers.BooleanField()
    reply = serializers.CharField(max_length=5000)
