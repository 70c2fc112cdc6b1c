"""What a rater may see and send. Each serializer lists its fields: no model or policy name, score,
posterior, recorded label or other rater can slip in (a test walks the schema for them)."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from annotate.models import Appeal, Assignment, Question
from annotate.questions.text import is_storable

STRENGTHS = [1, 2, 3]
DRAFT_LIMIT = 300_000


class Message(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=["system", "user", "assistant"])
    content = serializers.CharField()


class ComparisonSpec(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    k_max = serializers.IntegerField()
    ties = serializers.BooleanField()
    strength = serializers.BooleanField()
    both_bad = serializers.BooleanField()
    criteria = serializers.ListField(child=serializers.CharField())
    place = serializers.ChoiceField(choices=["all", "top", "some"])
    top_m = serializers.IntegerField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    note = serializers.BooleanField()


class Criterion(serializers.Serializer[Any]):
    name = serializers.CharField()
    about = serializers.CharField(allow_blank=True)


class RatingSpec(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    k_max = serializers.IntegerField()
    criteria = Criterion(many=True)
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    low = serializers.CharField(allow_blank=True)
    high = serializers.CharField(allow_blank=True)
    slider = serializers.BooleanField()
    optional = serializers.BooleanField()
    marks = serializers.ListField(child=serializers.CharField())
    note = serializers.BooleanField()


class StepsSpec(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    separator = serializers.ChoiceField(choices=["line", "blank_line"])
    neutral = serializers.BooleanField()
    first_error = serializers.BooleanField()
    reason = serializers.BooleanField()
    note = serializers.BooleanField()


class RevisionSpec(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    principles = serializers.ListField(child=serializers.CharField())
    critique = serializers.BooleanField()
    note = serializers.BooleanField()


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Spec",
        serializers=[ComparisonSpec, RatingSpec, StepsSpec, RevisionSpec],
        resource_type_field_name=None,
    )
)
class SpecField(serializers.JSONField):
    """A question's settings as they are stored: `annotate/questions` has checked them."""


class RaterQuestion(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    version = serializers.IntegerField()
    title = serializers.CharField()
    spec = SpecField()


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
    notice = serializers.CharField(allow_blank=True)
    training = serializers.BooleanField()


class ShownResponse(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()


class Rank(serializers.Serializer[Any]):
    response = serializers.IntegerField()
    rank = serializers.IntegerField(min_value=1, max_value=100)


class CriterionRanks(serializers.Serializer[Any]):
    criterion = serializers.CharField(max_length=60)
    ranks = serializers.ListField(child=Rank(), max_length=16)
    strength = serializers.IntegerField(allow_null=True, default=None)


class RatingValue(serializers.Serializer[Any]):
    response = serializers.IntegerField()
    criterion = serializers.CharField(max_length=60)
    value = serializers.IntegerField(min_value=-100, max_value=100)


class Mark(serializers.Serializer[Any]):
    response = serializers.IntegerField()
    category = serializers.CharField(max_length=60)
    start = serializers.IntegerField(allow_null=True, min_value=0, default=None)
    end = serializers.IntegerField(allow_null=True, min_value=0, default=None)
    note = serializers.CharField(
        allow_blank=True, default="", trim_whitespace=False, max_length=2_000
    )


class StepReason(serializers.Serializer[Any]):
    step = serializers.IntegerField(min_value=0)
    text = serializers.CharField(trim_whitespace=False, max_length=2_000)


class Answer(serializers.Serializer[Any]):
    """Each kind of question has its own parts; the others are empty."""

    ranks = Rank(many=True)
    strength = serializers.ChoiceField(choices=STRENGTHS, allow_null=True)
    unacceptable = serializers.ListField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    criteria = CriterionRanks(many=True)
    ratings = RatingValue(many=True)
    marks = Mark(many=True)
    labels = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    reasons = StepReason(many=True)
    critique = serializers.CharField(allow_null=True, allow_blank=True)
    text = serializers.CharField(allow_null=True, allow_blank=True)
    principle = serializers.IntegerField(allow_null=True)


class RaterAssignment(serializers.Serializer[Any]):
    """It has no number of the task: one out of the usual order would tell gold and repeats."""

    id = serializers.IntegerField()
    question = RaterQuestion()
    prompt = Message(many=True)
    responses = ShownResponse(many=True)
    lease_expires_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Assignment.State.choices)
    answer = Answer(allow_null=True)
    revision = serializers.IntegerField()
    draft = serializers.JSONField(allow_null=True)
    training = serializers.BooleanField()


class Holding(serializers.Serializer[Any]):
    holding = serializers.ListField(child=serializers.IntegerField(), max_length=10, default=list)


class Next(serializers.Serializer[Any]):
    assignment = RaterAssignment(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class AnswerParts(serializers.Serializer[Any]):
    """An answer as it is sent: the parts of its kind of question."""

    ranks = serializers.ListField(child=Rank(), max_length=16, default=list)
    strength = serializers.IntegerField(allow_null=True, default=None)
    unacceptable = serializers.ListField(
        child=serializers.IntegerField(), max_length=16, default=list
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, default=list
    )
    note = serializers.CharField(allow_blank=True, default="", trim_whitespace=False)
    criteria = serializers.ListField(child=CriterionRanks(), max_length=8, default=list)
    ratings = serializers.ListField(child=RatingValue(), max_length=192, default=list)
    marks = serializers.ListField(child=Mark(), max_length=500, default=list)
    labels = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), max_length=10_000, default=list
    )
    reasons = serializers.ListField(child=StepReason(), max_length=500, default=list)
    critique = serializers.CharField(
        allow_null=True, allow_blank=True, default=None, trim_whitespace=False, max_length=20_000
    )
    text = serializers.CharField(
        allow_null=True, allow_blank=True, default=None, trim_whitespace=False, max_length=100_000
    )
    principle = serializers.IntegerField(allow_null=True, default=None)


class Submission(AnswerParts):
    key = serializers.UUIDField()
    revision = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)
    active_ms = serializers.IntegerField(
        min_value=0, max_value=86_400_000, allow_null=True, default=None
    )
    pasted = serializers.IntegerField(
        min_value=0, max_value=10_000_000, allow_null=True, default=None
    )


class Feedback(serializers.Serializer[Any]):
    """In training alone: whether the answer was right, why, and what is right."""

    right = serializers.BooleanField()
    explanation = serializers.CharField()
    answer = Answer()


class Receipt(serializers.Serializer[Any]):
    assignment = serializers.IntegerField()
    revision = serializers.IntegerField()
    late = serializers.BooleanField()
    feedback = Feedback(allow_null=True)


class Draft(serializers.Serializer[Any]):
    data = serializers.DictField()  # type: ignore[assignment] # DRF's Serializer.data; never read

    def validate_data(self, value: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(value)
        if len(text) > DRAFT_LIMIT:
            raise serializers.ValidationError(
                f"A draft may have {DRAFT_LIMIT:,} characters. Keep what is beyond that elsewhere."
            )
        if not is_storable(json.dumps(value, ensure_ascii=False)) or "\\u0000" in text:
            raise serializers.ValidationError(
                "The draft holds a character that can't be stored; remove it."
            )
        return value


class AppealText(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)


class AppealOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Appeal.State.choices)
    reply = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class Decision(serializers.Serializer[Any]):
    """What a reviewer decided on a task that the rater has judged."""

    agrees = serializers.BooleanField(allow_null=True)
    explanation = serializers.CharField()
    answer = Answer()
    appeal = AppealOut(allow_null=True)


class Skip(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Assignment.SkipReason.choices)
    note = serializers.CharField(allow_blank=True, default="", max_length=5000)


class Flag(serializers.Serializer[Any]):
    note = serializers.CharField(allow_blank=True, default="", max_length=5000)


class Lease(serializers.Serializer[Any]):
    lease_expires_at = serializers.DateTimeField()


class HistoryItem(serializers.Serializer[Any]):
    assignment = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    late = serializers.BooleanField()
    question = RaterQuestion()
    responses = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids in the order the rater sees them: A, B, …"
    )
    answer = Answer()
    decision = Decision(allow_null=True)


class Estimate(serializers.Serializer[Any]):
    """A value with its 95 % interval; where there is none, null and why."""

    value = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    reason = serializers.CharField(allow_null=True)


class OwnDay(serializers.Serializer[Any]):
    day = serializers.DateField()
    done = serializers.IntegerField(source="judgments")


class TrainingProgress(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    right = serializers.IntegerField()
    needed = serializers.IntegerField()
    right_needed = serializers.IntegerField()


class OwnFigures(serializers.Serializer[Any]):
    """The rater's own page."""

    days = OwnDay(many=True)
    median_seconds = serializers.FloatField(allow_null=True)
    agreement = Estimate()
    checks = Estimate()
    consistency = Estimate()
    training = TrainingProgress(allow_null=True)
