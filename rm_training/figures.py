"""The figures of a run as its page shows them: the `Evaluation` of the API, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rm_training import estimates
from rm_training.ml.config import TrainConfig
from rm_training.ml.criteria import CriteriaHeads
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.evaluate import BINS, Bin, CurvePoint, Evaluation, evaluate
from rm_training.ml.floors import Floor
from rm_training.ml.gate import verdict
from rm_training.ml.intervals import Interval
from rm_training.ml.probes import ProbeResult, passes
from rm_training.ml.slices import Slice, slices

NAMES = {"length": "longer wins", "style": "style only", "words": "bag of words"}
NO_FIGURE = "No held-out comparison has a direction."
NO_INTERVAL = "All held-out comparisons are about one prompt."


def figures(
    scores: Floats,
    comparisons: Comparisons,
    config: TrainConfig,
    *,
    result: Evaluation,
    floors: Mapping[str, Floor],
    curve: Sequence[CurvePoint],
    probes: Sequence[ProbeResult],
    suspects: Sequence[Mapping[str, Any]] | None,
    champion: Floats | None = None,
) -> dict[str, Any]:
    """Everything the run's page plots. `scores` [m] are the candidate's mean rewards, `champion`
    [m] those of the model that serves."""
    held_out = comparisons.held_out()
    n = result.comparisons
    serving = None if champion is None else evaluate(champion, held_out, config)
    return {
        "champion": estimate(serving.accuracy, n) if serving else None,
        "comparisons": n,
        "prompts": result.prompts,
        "skipped_ties": result.undecided,
        "accuracy": estimate(result.accuracy, n),
        "nll": estimate(result.nll, len(held_out)),
        "brier": estimate(result.brier, len(held_out)),
        "ece": result.ece.value if result.ece else None,
        "floors": [
            {
                "name": NAMES[key],
                "accuracy": estimate(floor.evaluate(held_out, config).accuracy, n),
            }
            for key, floor in floors.items()
        ],
        "learning_curve": [
            {"comparisons": point.comparisons, "accuracy": estimate(point.accuracy, n)}
            for point in curve
        ],
        "reliability": [_bin(bar) for bar in result.calibration],
        "beats_floors": _beats(scores, floors, comparisons, config),
        "slices": [_slice(part) for part in _slices(scores, held_out, config)],
        "probes": [_probe(probe) for probe in probes],
        "probes_sentence": passes(probes)[1],
        "suspects": None if suspects is None else [*suspects],
    }


def by_criterion(found: CriteriaHeads, results: Mapping[str, Evaluation]) -> list[dict[str, Any]]:
    """Each criterion's own head on what is held out, and its share of the reward: None where the
    reward is learnt from the overall judgments."""
    total = sum(map(abs, found.weights.values()))
    return [
        {
            "name": name,
            "accuracy": estimate(result.accuracy, result.comparisons),
            "nll": estimate(result.nll, result.comparisons + result.undecided),
            "weight": found.weights[name] / total if found.weights else None,
        }
        for name, result in results.items()
    ]


def _slices(scores: Floats, held_out: Comparisons, config: TrainConfig) -> list[Slice]:
    groups = [held_out.groups[prompt] or None for prompt in held_out.prompt]
    return slices(scores, held_out, config, groups=groups)


def _slice(part: Slice) -> dict[str, Any]:
    figure = {**estimate(part.accuracy, part.n), "reason": part.reason}
    return {"dimension": part.dimension, "name": part.name, "accuracy": figure}


def _probe(probe: ProbeResult) -> dict[str, Any]:
    return {
        "key": probe.key,
        "label": probe.label,
        "outcome": probe.outcome,
        "limit": probe.limit,
        "why": probe.why,
        "effect": estimate(probe.effect, probe.responses),
        "preferred": estimate(probe.preferred, probe.responses),
    }


def estimate(interval: Interval | None, n: int) -> dict[str, Any]:
    """An `Estimate` on `n` held-out comparisons."""
    return estimates.estimate(interval, n, no_figure=NO_FIGURE, no_interval=NO_INTERVAL)


def _bin(bar: Bin) -> dict[str, Any]:
    """Bars are equal parts of ½ to 1, the predicted winner's probability; its mean tells which."""
    number = min(int((bar.predicted - 0.5) * 2 * BINS), BINS - 1)
    return {
        "lower": 0.5 + number / (2 * BINS),
        "upper": 0.5 + (number + 1) / (2 * BINS),
        "predicted": bar.predicted,
        "observed": bar.observed,
        "n": max(1, round(bar.weight)),
    }


def _beats(
    scores: Floats, floors: Mapping[str, Floor], comparisons: Comparisons, config: TrainConfig
) -> str:
    """Which floors the candidate is above by the same test as it must pass against a champion."""
    above: list[str] = []
    rest: list[str] = []
    for key, floor in floors.items():
        decision = verdict(scores, floor.scores, comparisons, config=config).decision
        (above if decision == "promote" else rest).append(f"“{NAMES[key]}”")
    if not rest:
        return f"It is better than every floor: {_listed(above)}."
    if not above:
        return (
            f"It is not shown to be better than any floor: {_listed(rest)}. Until it is, it may "
            "have learnt nothing but length, style or words."
        )
    return f"It is better than {_listed(above)}, but not shown to be better than {_listed(rest)}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
