"""Reward models as managers and programs see them, alone and two beside each other."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotate.api.rater.serializers import Estimate
from rm_training.api.evaluations import VERDICTS, EvaluationOut
from rm_training.models import RewardModel, Tier
from rm_training.queries.champions import champion_before


class SnapshotRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()


class ProvenanceOut(serializers.Serializer[Any]):
    """What it takes to make the model again, and what it cost."""

    code_version = serializers.CharField()
    seed = serializers.IntegerField()
    hardware = serializers.CharField()
    seconds = serializers.FloatField()
    device_seconds = serializers.FloatField()
    config = serializers.DictField()


class RewardModelOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    champion = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    promoted_at = serializers.DateTimeField(allow_null=True)
    roll_back_to = serializers.SerializerMethodField(
        help_text="Of the champion: the number of the champion before it, null where there is none."
    )
    snapshot = SnapshotRef()
    backbone = serializers.CharField()
    heads = serializers.IntegerField()
    accuracy = Estimate(source="run.evaluation.result.accuracy", allow_null=True)
    run = serializers.IntegerField(source="run_id")
    tier = serializers.ChoiceField(choices=Tier.choices)
    provenance = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_roll_back_to(self, model: RewardModel) -> int | None:
        before = champion_before(model) if model.champion else None
        return before.number if before else None

    @extend_schema_field(ProvenanceOut(allow_null=True))
    def get_provenance(self, model: RewardModel) -> dict[str, Any] | None:
        """None of a model from before it was noted."""
        return model.provenance or None


class RewardModelDetail(RewardModelOut):
    """With what its run decided and measured."""

    verdict = serializers.SerializerMethodField()
    verdict_sentence = serializers.CharField(source="run.verdict_sentence")
    evaluation = EvaluationOut(source="run.evaluation.result", allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=VERDICTS, allow_null=True))
    def get_verdict(self, model: RewardModel) -> str | None:
        return model.run.verdict or None


class Promotion(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class RollBack(serializers.Serializer[Any]):
    to = serializers.IntegerField(help_text="The number of the champion before this one.")


class ComparePair(serializers.Serializer[Any]):
    a = serializers.IntegerField(help_text="A model's number.")
    b = serializers.IntegerField(help_text="Another's.")

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if attrs["a"] == attrs["b"]:
            raise serializers.ValidationError({"b": "Choose two different models."})
        return attrs


class ComparedRow(serializers.Serializer[Any]):
    """A comparison of two responses of a task. `consensus` is the probability that the raters
    prefer the first, a tie counting half; a margin is the first's reward less the second's."""

    task = serializers.IntegerField()
    prompt_excerpt = serializers.CharField()
    first = serializers.CharField()
    second = serializers.CharField()
    consensus = serializers.FloatField()
    margin_a = serializers.FloatField()
    margin_b = serializers.FloatField()
    agree = serializers.BooleanField()


class ComparisonOut(serializers.Serializer[Any]):
    """Two models on the same comparisons of prompts that neither was trained on. `difference` is
    the accuracy of a less that of b; `rows` are the first 200, those where the two disagree before
    the others."""

    a = serializers.IntegerField()
    b = serializers.IntegerField()
    tasks = serializers.IntegerField()
    prompts = serializers.IntegerField()
    comparisons = serializers.IntegerField()
    skipped_ties = serializers.IntegerField()
    accuracy_a = Estimate()
    accuracy_b = Estimate()
    difference = Estimate()
    agreement = Estimate()
    rank_correlation = Estimate()
    rows = ComparedRow(many=True)
