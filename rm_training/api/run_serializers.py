"""Training runs, how they went step by step, and the plan by which they train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rm_training.actions.limits import excess
from rm_training.api.evaluations import VERDICTS, EvaluationOut
from rm_training.ml.config import TrainConfig
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.models import Failure, Tier, TrainingRun, Trigger

Built = TypeVar("Built")


class TrainingRunOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    tier = serializers.ChoiceField(choices=Tier.choices)
    state = serializers.ChoiceField(choices=TrainingRun.State.choices)
    failure = serializers.SerializerMethodField()
    trigger = serializers.ChoiceField(choices=Trigger.choices)
    stage = serializers.CharField()
    progress = serializers.FloatField()
    message = serializers.CharField()
    log = serializers.CharField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    snapshot = serializers.IntegerField(source="snapshot_id", allow_null=True)
    verdict = serializers.SerializerMethodField()
    verdict_sentence = serializers.CharField()
    reward_model = serializers.IntegerField(source="reward_model.pk", allow_null=True)
    seconds = serializers.SerializerMethodField()
    peak_mb = serializers.FloatField(allow_null=True)
    members = serializers.SerializerMethodField(help_text="Networks that a full run fine-tunes.")
    evaluation = EvaluationOut(source="evaluation.result", allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=VERDICTS, allow_null=True))
    def get_verdict(self, run: TrainingRun) -> str | None:
        return run.verdict or None

    def get_members(self, run: TrainingRun) -> int:
        return int(run.asked.get("members", 1))

    @extend_schema_field(serializers.ChoiceField(choices=Failure.choices, allow_null=True))
    def get_failure(self, run: TrainingRun) -> str | None:
        return run.failure or None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_seconds(self, run: TrainingRun) -> float | None:
        if run.started_at is None or run.finished_at is None:
            return None
        return round((run.finished_at - run.started_at).total_seconds(), 1)


class TrainingNew(serializers.Serializer[Any]):
    tier = serializers.ChoiceField(choices=Tier.choices, default=Tier.NIGHTLY)


class TrainingPointOut(serializers.Serializer[Any]):
    """A step of a fine-tune: its loss in nats, and how long the rest will take at this speed."""

    member = serializers.IntegerField()
    step = serializers.IntegerField()
    steps = serializers.IntegerField()
    loss = serializers.FloatField()
    learning_rate = serializers.FloatField()
    pairs_per_second = serializers.FloatField()
    seconds_left = serializers.FloatField()


STRENGTH = ["ignore", "margin", "scale"]
MOST_CRITERIA = 100


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": ["overall", "learned"]},
            {"type": "object", "additionalProperties": {"type": "number"}},
        ]
    }
)
class CombineField(serializers.Field[Any, Any, Any, Any]):
    """What the reward is made of: the overall judgments, the criteria with learned weights, or
    with these."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and len(data) <= MOST_CRITERIA:
            values = serializers.DictField(child=serializers.FloatField())
            return values.run_validation(data)
        if data in ("overall", "learned"):
            return data
        raise serializers.ValidationError(
            "Give “overall”, “learned”, or a weight for each criterion by its name."
        )

    def to_representation(self, value: Any) -> Any:
        return value


class NightlySettings(serializers.Serializer[Any]):
    """Settings of the heads over a frozen backbone; what is left out is as usual."""

    strength = serializers.ChoiceField(choices=STRENGTH, required=False)
    label_smoothing = serializers.FloatField(min_value=0, max_value=0.49, required=False)
    combine = CombineField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _checked(lambda: TrainConfig(**attrs))
        return attrs


class ObjectiveSettings(serializers.Serializer[Any]):
    """What the loss of a fine-tune is made of."""

    strength = serializers.ChoiceField(choices=STRENGTH, required=False)
    label_smoothing = serializers.FloatField(min_value=0, max_value=0.49, required=False)
    centring = serializers.FloatField(min_value=0, max_value=10, required=False)
    length_penalty = serializers.FloatField(min_value=0, max_value=10, required=False)
    contrastive = serializers.FloatField(min_value=0, max_value=10, required=False)


class FullSettings(serializers.Serializer[Any]):
    """Settings of fine-tuning; what is left out is as usual."""

    epochs = serializers.FloatField(min_value=0.01, max_value=20, required=False)
    max_tokens = serializers.IntegerField(min_value=16, max_value=32_768, required=False)
    learning_rate = serializers.FloatField(min_value=1e-8, max_value=1, required=False)
    prompts_per_step = serializers.IntegerField(min_value=1, max_value=4_096, required=False)
    prompts_per_batch = serializers.IntegerField(min_value=1, max_value=4_096, required=False)
    members = serializers.IntegerField(min_value=1, max_value=16, required=False)
    bootstrap = serializers.BooleanField(required=False)
    lora_rank = serializers.IntegerField(min_value=1, max_value=1_024, required=False)
    precision = serializers.ChoiceField(choices=["float32", "bfloat16"], required=False)
    checkpoint_activations = serializers.BooleanField(required=False)
    objective = ObjectiveSettings(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if problem := excess(_checked(lambda: FinetuneConfig.from_json(attrs))):
            raise serializers.ValidationError({"epochs": problem})
        return attrs


def _checked(build: Callable[[], Built]) -> Built:
    """What is built, or what the trainer itself says of settings that don't go together."""
    try:
        return build()
    except ValueError as error:
        raise serializers.ValidationError(str(error)) from error


class TrainingPlanOut(serializers.Serializer[Any]):
    """How a project trains, and when a night's run is a full one: `weekly`; once so many judgments
    have `grown` since the last; once the champion has `drifted` down by so many points (of 100) on
    what is held out."""

    nightly = NightlySettings()
    full = FullSettings()
    weekly = serializers.BooleanField()
    grown = serializers.IntegerField(min_value=1, max_value=10**9, allow_null=True)
    drifted = serializers.FloatField(min_value=0.1, max_value=100, allow_null=True)
