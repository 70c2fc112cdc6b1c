"""What managers and programs send and get."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.rater.serializers import (
    STRENGTHS,
    Answer,
    AnswerParts,
    Message,
    OwnFigures,
    RaterQuestion,
    Share,
    SpecField,
)
from annotate.formats.known import FORMS, SEVERAL
from annotate.models import (
    ApiToken,
    Appeal,
    Assignment,
    GoldAction,
    Import,
    Judgment,
    Project,
    ProposedAction,
    Question,
    Role,
    Task,
    User,
)
from annotate.queries.projects import current_question

FORMATS = [*FORMS, *SEVERAL]
# How raters are given work and how their work is checked.
COLLECTING = [
    "overlap_max", "confidence", "budget", "daily_cap", "total_cap", "prompt_cooldown",
    "gold_rate", "repeat_rate", "training_tasks", "training_pass", "gold_floor", "gold_action",
    "anonymous_review",
]  # fmt: skip


INVITED_ROLES = [choice for choice in Role.choices if choice[0] != Role.OWNER]


class Names(serializers.ListField):
    """Groups or skills."""

    child = serializers.CharField(max_length=60)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=50, **kwargs)


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
    left_at = serializers.DateTimeField(allow_null=True)
    training = serializers.BooleanField()
    groups = serializers.ListField(child=serializers.CharField())
    skills = serializers.ListField(child=serializers.CharField())
    gold = Share()


class PersonChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    paused = serializers.BooleanField(required=False)
    training = serializers.BooleanField(required=False)
    groups = Names(required=False)
    skills = Names(required=False)


class Run(serializers.Serializer[Any]):
    length = serializers.IntegerField()
    choice = serializers.IntegerField()
    n = serializers.IntegerField()
    probability = serializers.FloatField()


class Twin(serializers.Serializer[Any]):
    user = serializers.IntegerField()
    name = serializers.CharField()
    together = serializers.IntegerField()
    same = serializers.IntegerField()
    expected = serializers.FloatField()
    deviations = serializers.FloatField()


class Signals(serializers.Serializer[Any]):
    too_fast = Share()
    longest_run = Run(allow_null=True)
    pasted = serializers.IntegerField()
    with_paste = Share()
    left = Share()
    twins = Twin(many=True)


class Proposal(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    person = serializers.IntegerField(source="membership.user_id")
    name = serializers.CharField(source="membership.user.label")
    action = serializers.ChoiceField(choices=GoldAction.choices)
    evidence = serializers.CharField()
    state = serializers.ChoiceField(choices=ProposedAction.State.choices)
    created_at = serializers.DateTimeField()


class ProposalDecision(serializers.Serializer[Any]):
    confirm = serializers.BooleanField()


class PersonProfile(serializers.Serializer[Any]):
    person = Person()
    figures = OwnFigures()
    signals = Signals()
    proposals = Proposal(many=True)


class Notice(serializers.Serializer[Any]):
    notice = serializers.CharField(max_length=2000)


class InvitationNew(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=INVITED_ROLES)
    days = serializers.IntegerField(min_value=1, max_value=90)
    uses = serializers.IntegerField(min_value=1, max_value=1000)
    groups = Names(default=list)


class Invitation(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    groups = serializers.ListField(child=serializers.CharField())
    uses_left = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class InvitationMade(Invitation):
    url = serializers.CharField()


class Forecast(serializers.Serializer[Any]):
    judgments = serializers.IntegerField()
    places_open = serializers.IntegerField()
    expected = serializers.FloatField()
    budget = serializers.IntegerField(allow_null=True)
    budget_left = serializers.IntegerField(allow_null=True)
    per_day = serializers.FloatField()
    days = serializers.FloatField(allow_null=True)


class PersonNew(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    username = serializers.RegexField(
        r"^[\w.@+-]{1,100}$", error_messages={"invalid": "Use letters, digits and . @ + - _ only."}
    )
    role = serializers.ChoiceField(choices=INVITED_ROLES)


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
