"""What managers and programs send and get."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.rater.serializers import STRENGTHS, Message, RaterQuestion
from annotate.models import ApiToken, Import, Project, Role, Task, User
from annotate.queries.projects import current_question

FORMATS = ["hh", "preference", "ranking"]


class Estimate(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    reason = serializers.CharField(allow_null=True)


class ProjectOut(serializers.ModelSerializer[Project]):
    question = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = [
            "slug", "name", "guidelines", "overlap", "lease_minutes", "edit_hours", "daily_target",
            "evaluation_share", "random_share", "round_size", "question", "created_at", "demo",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RaterQuestion)
    def get_question(self, project: Project) -> dict[str, Any]:
        return dict(RaterQuestion(current_question(project)).data)


class ProjectNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    slug = serializers.SlugField(max_length=60, required=False, allow_blank=True, default="")


class ProjectChange(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = [
            "name", "guidelines", "overlap", "lease_minutes", "edit_hours", "daily_target",
            "random_share", "round_size",
        ]  # fmt: skip


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


class TaskPage(serializers.Serializer[Any]):
    results = TaskRow(many=True)
    next = serializers.CharField(allow_null=True)


class TaskResponse(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    policy = serializers.CharField(allow_null=True)


class TaskJudgment(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    rater = serializers.CharField(source="rater.label")
    kind = serializers.ChoiceField(choices=User.Kind.choices, source="rater.kind")
    ranks = serializers.ListField(child=serializers.IntegerField())
    strength = serializers.ChoiceField(choices=STRENGTHS, allow_null=True)
    unacceptable = serializers.ListField(child=serializers.BooleanField())
    tags = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()
    late = serializers.BooleanField()
    revision = serializers.IntegerField()
    newest = serializers.BooleanField()
    shown = serializers.ListField(child=serializers.IntegerField())
    submitted_at = serializers.DateTimeField()
    active_ms = serializers.IntegerField(allow_null=True)


class PairPosterior(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    win = serializers.FloatField()
    tie = serializers.FloatField()
    lose = serializers.FloatField()


class TaskDetail(TaskRow):
    prompt = Message(many=True)
    responses = TaskResponse(many=True)
    votes = TaskJudgment(many=True)
    posterior = PairPosterior(many=True, allow_null=True)


class Person(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=User.Kind.choices)
    role = serializers.ChoiceField(choices=Role.choices)
    judgments = serializers.IntegerField()
    last_judgment_at = serializers.DateTimeField(allow_null=True)
    left_share = serializers.FloatField(allow_null=True)
    tie_share = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)


class PersonChange(serializers.Serializer[Any]):
    paused = serializers.BooleanField()


class PersonNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    username = serializers.RegexField(
        r"^[\w.@+-]{1,100}$", error_messages={"invalid": "Use letters, digits and . @ + - _ only."}
    )
    role = serializers.ChoiceField(choices=[c for c in Role.choices if c[0] != Role.OWNER])


class SignInUrl(serializers.Serializer[Any]):
    sign_in_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PersonAdded(serializers.Serializer[Any]):
    person = Person()
    sign_in_url = serializers.CharField()


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


class TokenOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class TokenNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices), min_length=1, max_length=4
    )
    days = serializers.IntegerField(min_value=1, max_value=366)


class TokenCreated(TokenOut):
    token = serializers.CharField()


class AuditOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.label", default=None, allow_null=True)
    action = serializers.CharField()
    detail = serializers.JSONField()
