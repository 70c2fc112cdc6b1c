"""What managers and programs send and get."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.rater.serializers import (
    Estimate,
    RaterQuestion,
    SpecField,
)
from annotate.formats.known import FORMS, SEVERAL
from annotate.models import (
    Import,
    Project,
    Question,
)
from annotate.queries.projects import current_question

FORMATS = [*FORMS, *SEVERAL]
# How raters are given work and how their work is checked.
COLLECTING = [
    "overlap_max", "confidence", "budget", "daily_cap", "total_cap", "prompt_cooldown",
    "gold_rate", "repeat_rate", "training_tasks", "training_pass", "gold_floor", "gold_action",
    "anonymous_review",
]  # fmt: skip


class Names(serializers.ListField):
    """Groups or skills."""

    child = serializers.CharField(max_length=60)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=50, **kwargs)


class ProjectOut(serializers.ModelSerializer[Project]):
    question = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = [
            "slug", "name", "guidelines", "overlap", "lease_minutes", "edit_hours", "daily_target",
            "evaluation_share", "random_share", "round_size", *COLLECTING, "question",
            "created_at", "demo",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RaterQuestion)
    def get_question(self, project: Project) -> dict[str, Any]:
        return dict(RaterQuestion(current_question(project)).data)


class QuestionNew(serializers.Serializer[Any]):
    """`spec` is checked by its kind: an error names the setting."""

    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    title = serializers.CharField(max_length=200)
    spec = SpecField()
    needs_skills = Names(default=list)
    for_groups = Names(default=list)


class ProjectNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    slug = serializers.SlugField(max_length=60, required=False, allow_blank=True, default="")
    question = QuestionNew(required=False, help_text="A comparison where left out.")


class QuestionOut(RaterQuestion):
    needs_skills = serializers.ListField(child=serializers.CharField())
    for_groups = serializers.ListField(child=serializers.CharField())
    lease_seconds = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class QuestionChange(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200, required=False)
    spec = SpecField(required=False)
    needs_skills = Names(required=False)
    for_groups = Names(required=False)


class QuestionVersion(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    title = serializers.CharField()
    spec = SpecField()
    created_at = serializers.DateTimeField()


class ProjectChange(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = [
            "name", "guidelines", "overlap", "lease_minutes", "edit_hours", "daily_target",
            "random_share", "round_size", *COLLECTING,
        ]  # fmt: skip


class Forecast(serializers.Serializer[Any]):
    judgments = serializers.IntegerField()
    places_open = serializers.IntegerField()
    expected = serializers.FloatField()
    budget = serializers.IntegerField(allow_null=True)
    budget_left = serializers.IntegerField(allow_null=True)
    per_day = serializers.FloatField()
    days = serializers.FloatField(allow_null=True)


class Agreement(serializers.Serializer[Any]):
    computed_at = serializers.DateTimeField()
    judgments = serializers.IntegerField()
    tasks = serializers.IntegerField()
    tasks_overlapping = serializers.IntegerField()
    raters = serializers.IntegerField()
    alpha = Estimate()
    raw = Estimate()
    tie_share = serializers.FloatField(allow_null=True)
    left_share = serializers.FloatField(allow_null=True)


class AgreementHistory(serializers.Serializer[Any]):
    latest = Agreement(allow_null=True)
    history = Agreement(many=True)


class ImportNew(serializers.Serializer[Any]):
    """`question` is the id of the one whose tasks the file brings; the first where left out."""

    question = serializers.IntegerField(required=False, allow_null=True, default=None)
    file = serializers.FileField(allow_empty_file=True)
    format = serializers.ChoiceField(choices=FORMATS, required=False, allow_blank=True, default="")


class RejectedLine(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    reason = serializers.CharField()


class ImportOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    format = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Import.State.choices)
    bytes_total = serializers.IntegerField()
    bytes_read = serializers.IntegerField()
    tasks_added = serializers.IntegerField()
    tasks_known = serializers.IntegerField()
    votes_added = serializers.IntegerField()
    bad_lines = serializers.IntegerField()
    rejected = RejectedLine(many=True, source="errors")
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SnapshotOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    tasks = serializers.IntegerField()
    judgments = serializers.IntegerField()
    bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    by = serializers.CharField(source="by.label", default=None, allow_null=True)


class AuditOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.label", default=None, allow_null=True)
    action = serializers.CharField()
    detail = serializers.JSONField()
