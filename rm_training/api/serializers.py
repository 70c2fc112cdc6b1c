"""What managers and programs send to and get from the learning side."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.manage.serializers import Agreement
from annotate.api.rater.serializers import Message
from rm_training.actions.scores import MOST_RESPONSES
from rm_training.api.model_serializers import RewardModelOut
from rm_training.api.run_serializers import TrainingRunOut
from rm_training.models import Round, Trigger
from rm_training.policies.push import MAX_ITEMS

PAGES = ["training", "rounds", "tasks", "imports", "people", "agreement"]
ROUND_STATES = [choice for choice in Round.State.choices if choice[0] != Round.State.CANCELLED]


class RoundOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ROUND_STATES)
    trigger = serializers.ChoiceField(choices=Trigger.choices)
    size = serializers.IntegerField()
    random_share = serializers.FloatField()
    chosen = serializers.IntegerField()
    random_chosen = serializers.IntegerField()
    champion = serializers.IntegerField(source="champion.number", allow_null=True)
    pool_responses = serializers.IntegerField()
    pool_prompts = serializers.IntegerField()
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    answered = serializers.IntegerField()


class RoundTaskOut(serializers.Serializer[Any]):
    task = serializers.IntegerField(source="task_id")
    reason = serializers.CharField()
    probability = serializers.FloatField()
    mean_first = serializers.FloatField(allow_null=True)
    mean_second = serializers.FloatField(allow_null=True)
    judgments = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()


class RoundDetail(RoundOut):
    tasks = RoundTaskOut(many=True)


class RoundNew(serializers.Serializer[Any]):
    size = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    random_share = serializers.FloatField(min_value=0, max_value=1, required=False)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        ]
    }
)
class PromptField(serializers.Field[Any, Any, Any, Any]):
    """A text, or the messages of a conversation up to the model's turn."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return data
        messages = Message(data=data, many=True, allow_empty=False)
        messages.is_valid(raise_exception=True)
        return messages.validated_data

    def to_representation(self, value: Any) -> Any:
        return value


class PushItem(serializers.Serializer[Any]):
    prompt = PromptField()
    text = serializers.CharField(trim_whitespace=False)


class Push(serializers.Serializer[Any]):
    policy = serializers.CharField(max_length=200)
    version = serializers.CharField(max_length=200)
    items = serializers.ListField(child=PushItem(), min_length=1, max_length=MAX_ITEMS)


class PushResult(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    known = serializers.IntegerField()
    prompts_added = serializers.IntegerField()


class Aggregated(serializers.Serializer[Any]):
    aggregate = serializers.ChoiceField(
        choices=["mean", "worst_case", "uncertainty_weighted"],
        default="mean",
        help_text="How the heads' rewards become one: their mean, the least, or the mean less half "
        "their variance. The last two are cautious where the heads disagree.",
    )


class ScoreItem(serializers.Serializer[Any]):
    prompt = PromptField()
    responses = serializers.ListField(
        child=serializers.CharField(trim_whitespace=False), min_length=1, max_length=64
    )


class ScoreIn(Aggregated):
    model = serializers.IntegerField(
        required=False, allow_null=True, help_text="A model's number; the champion where left out."
    )
    items = serializers.ListField(child=ScoreItem(), min_length=1, max_length=MOST_RESPONSES)


class CriterionRewardOut(serializers.Serializer[Any]):
    """`reward` is by the aggregation that was asked for; the interval is about the mean."""

    reward = serializers.FloatField()
    mean = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class RewardOut(CriterionRewardOut):
    """And by the heads of each criterion, by name; none where the model has no such heads."""

    criteria = serializers.DictField(child=CriterionRewardOut())


class ItemScoresOut(serializers.Serializer[Any]):
    scores = RewardOut(many=True)


class ScoreOut(serializers.Serializer[Any]):
    """One item for each that was sent, and in it one reward for each response, in their order."""

    model = serializers.IntegerField()
    items = ItemScoresOut(many=True)


class RemoteRewardIn(serializers.Serializer[Any]):
    """What OpenRLHF sends to a remote reward model; `labels` and whatever else it adds is unused.
    A query begins with its prompt, and what follows is the response."""

    query = serializers.ListField(
        child=serializers.CharField(trim_whitespace=False), min_length=1, max_length=MOST_RESPONSES
    )
    prompts = serializers.ListField(child=serializers.CharField(trim_whitespace=False))


class RemoteRewardOut(serializers.Serializer[Any]):
    rewards = serializers.ListField(child=serializers.FloatField())


class ScheduleIn(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    hour = serializers.IntegerField(min_value=0, max_value=23)
    minute = serializers.IntegerField(min_value=0, max_value=59)


class ScheduleOut(ScheduleIn):
    next_run_at = serializers.DateTimeField(allow_null=True)


class CountsOut(serializers.Serializer[Any]):
    prompts = serializers.IntegerField()
    responses = serializers.IntegerField()
    tasks = serializers.IntegerField()
    tasks_open = serializers.IntegerField()
    tasks_judged = serializers.IntegerField()
    judgments = serializers.IntegerField()
    raters = serializers.IntegerField()
    late = serializers.IntegerField()
    imports_running = serializers.IntegerField()


class DayOut(serializers.Serializer[Any]):
    day = serializers.CharField()
    judgments = serializers.IntegerField()


class NeedOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    page = serializers.ChoiceField(choices=PAGES)


class OverviewOut(serializers.Serializer[Any]):
    counts = CountsOut()
    days = DayOut(many=True)
    agreement = Agreement(allow_null=True)
    champion = RewardModelOut(allow_null=True)
    last_run = TrainingRunOut(allow_null=True)
    last_round = RoundOut(allow_null=True)
    needs = NeedOut(many=True)
