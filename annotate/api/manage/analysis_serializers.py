"""What the votes say, as managers and programs read it: the form of `queries/analysis.py`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.api.rater.serializers import Estimate


class Part(serializers.Serializer[Any]):
    name = serializers.CharField()
    alpha = Estimate()
    raw = Estimate()


class Coefficients(serializers.Serializer[Any]):
    raw = Estimate()
    alpha_ordinal = Estimate()
    alpha_nominal = Estimate()
    gwet_ac1 = Estimate()
    gwet_ac2 = Estimate()
    fleiss_kappa = Estimate()


class Rankings(serializers.Serializer[Any]):
    k = serializers.IntegerField()
    alpha = Estimate()
    kendall_w = Estimate()
    tau_b = Estimate()


class AiJudges(serializers.Serializer[Any]):
    judgments = serializers.IntegerField()
    alpha = Estimate()
    with_people = Estimate()
    with_people_beyond_chance = Estimate()


class RaterProfile(serializers.Serializer[Any]):
    rater = serializers.IntegerField()
    units = serializers.IntegerField()
    agreement = Estimate()
    confusion = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Rows: what most of the others said; columns: what this rater said.",
    )
    left = Estimate()
    left_excess = serializers.FloatField(allow_null=True)
    ties = Estimate()
    median_seconds = serializers.FloatField(allow_null=True)
    drift = Estimate()


class Cell(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    together = serializers.IntegerField()
    raw = serializers.FloatField()
    kappa = serializers.FloatField(allow_null=True)


class UnusualPair(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    together = serializers.IntegerField()
    same = serializers.IntegerField()
    expected = serializers.FloatField()
    excess = serializers.FloatField()
    q = serializers.FloatField()


class Standing(serializers.Serializer[Any]):
    score = Estimate()
    win_rate = Estimate()
    rank = serializers.IntegerField(allow_null=True)
    best = serializers.IntegerField(allow_null=True)
    worst = serializers.IntegerField(allow_null=True)


class RankedPolicy(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    plain = Standing()
    controlled = Standing()


class StyleEffect(serializers.Serializer[Any]):
    feature = serializers.CharField()
    effect = Estimate()


class Taste(serializers.Serializer[Any]):
    share = serializers.FloatField()
    raters = serializers.IntegerField()
    order = serializers.ListField(child=serializers.CharField())


class Tastes(serializers.Serializer[Any]):
    summary = serializers.CharField()
    groups = Taste(many=True)


class Policies(serializers.Serializer[Any]):
    policies = RankedPolicy(many=True)
    wins = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(allow_null=True))
    )
    style_effects = StyleEffect(many=True)
    tastes = Tastes()
    same_policy = serializers.IntegerField()
    no_intervals = serializers.CharField(allow_null=True)
    incomparable = serializers.CharField(allow_null=True)


class CalibrationBin(serializers.Serializer[Any]):
    predicted = serializers.FloatField()
    observed = Estimate()


class Calibration(serializers.Serializer[Any]):
    """How sure the consensus was, against what turned out to be right."""

    bins = CalibrationBin(many=True)
    error = serializers.FloatField(allow_null=True)
    brier = serializers.FloatField(allow_null=True)
    log_loss = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    reason = serializers.CharField(allow_null=True)


class Figures(serializers.Serializer[Any]):
    judgments = serializers.IntegerField()
    raters = serializers.IntegerField()
    units = serializers.IntegerField()
    coefficients = Coefficients()
    rankings = Rankings(many=True)
    questions = Part(many=True)
    criteria = Part(many=True)
    weeks = Part(many=True)
    groups = Part(many=True)
    ai = AiJudges(allow_null=True)
    profiles = RaterProfile(many=True)
    matrix = Cell(many=True)
    unusual = UnusualPair(many=True)
    weighing = serializers.CharField(help_text="How votes count in the consensus of pairs.")
    calibration = Calibration(help_text="Before reviewers decided, against what they decided.")
    calibration_on_gold = Calibration(
        help_text="Of the votes on gold comparisons, against their known answers."
    )
    policies = Policies(allow_null=True)


class RaterName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class Analysis(serializers.Serializer[Any]):
    """`figures` is null until they were computed for the first time. `failed_at` is null unless the
    latest computation failed, with the reason in `failure`; the figures are then older."""

    computed_at = serializers.DateTimeField(allow_null=True)
    figures = Figures(allow_null=True)
    names = RaterName(many=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()
