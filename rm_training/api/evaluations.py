"""What a run measured on prompts that training never saw, as the API sends it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.api.rater.serializers import Estimate

VERDICTS = ["promote", "reject", "inconclusive"]
FLOORS = ["longer wins", "style only", "bag of words"]


class Floor(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=FLOORS)
    accuracy = Estimate()


class CurvePoint(serializers.Serializer[Any]):
    comparisons = serializers.IntegerField()
    accuracy = Estimate()


class ReliabilityBin(serializers.Serializer[Any]):
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    predicted = serializers.FloatField()
    observed = serializers.FloatField()
    n = serializers.IntegerField()


class SliceOut(serializers.Serializer[Any]):
    dimension = serializers.ChoiceField(choices=["group", "margin", "length"])
    name = serializers.CharField()
    accuracy = Estimate()


class ProbeOut(serializers.Serializer[Any]):
    """A change that makes no response better. `effect` is on the reward, in standard deviations;
    `preferred` the share of responses that score higher with it."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the base has a field of this name
    outcome = serializers.ChoiceField(choices=["passes", "fails", "unclear", "not measured"])
    limit = serializers.FloatField()
    why = serializers.CharField()
    effect = Estimate()
    preferred = Estimate()


class SuspectOut(serializers.Serializer[Any]):
    """A comparison to learn from whose label the model doubts without having seen its prompt: the
    probability of the first response's preference as labelled, and as predicted."""

    task = serializers.IntegerField()
    labelled = serializers.FloatField()
    predicted = serializers.FloatField()
    places = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        allow_null=True,
        help_text=(
            "Where the first and the second stand among the task's responses, from 0; null where "
            "it has no others. Runs before this was kept don't have it."
        ),
    )


class CriterionOut(serializers.Serializer[Any]):
    """The head of one criterion; `weight` is its share of the reward, null where that is learnt
    from the overall judgments."""

    name = serializers.CharField()
    accuracy = Estimate()
    nll = Estimate()
    weight = serializers.FloatField(allow_null=True)


class EvaluationOut(serializers.Serializer[Any]):
    comparisons = serializers.IntegerField()
    prompts = serializers.IntegerField()
    skipped_ties = serializers.IntegerField()
    accuracy = Estimate()
    nll = Estimate()
    ece = serializers.FloatField(allow_null=True)
    floors = Floor(many=True)
    learning_curve = CurvePoint(many=True)
    reliability = ReliabilityBin(many=True)
    beats_floors = serializers.CharField()
    # Runs before these were measured have none of them.
    slices = SliceOut(many=True, required=False)
    probes = ProbeOut(many=True, required=False)
    probes_sentence = serializers.CharField(required=False)
    suspects = SuspectOut(
        many=True, required=False, allow_null=True, help_text="Null where they were not looked for."
    )
    champion = Estimate(
        required=False, allow_null=True, help_text="Accuracy of the model that served then."
    )
    brier = Estimate(required=False)
    temperature = serializers.FloatField(allow_null=True, required=False)
    criteria = CriterionOut(many=True, required=False)
    criteria_sentence = serializers.CharField(required=False)
    truncated = serializers.IntegerField(
        required=False, help_text="Texts that lost their beginning; of full runs."
    )
