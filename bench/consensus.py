"""Consensus and stopping on recorded judgments: accuracy against gold, and what stopping keeps.

Reads the folder that REAL_DATA names. Accuracy is over tasks with gold, a posterior's likeliest
label against it, with Wilson's interval. Stopping is replayed in the recorded order: tasks whose
label, no majority being one too, is that of all their votes; beside it fixed overlap at the same
cost. The labels of UKPConvArg1 were themselves estimated from these votes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from annotate.stats.arrays import FloatArray
from annotate.stats.consensus import smoothed_majority
from annotate.stats.consensus.calibration import calibration_of_posterior
from annotate.stats.consensus.dawid_skene import Model, dawid_skene
from annotate.stats.proportions import wilson
from annotate.stats.replay import Confident, FrontierPoint, Rule, Settled, frontier
from bench.figures import figure
from bench.recordings import Recorded, read_barzan, read_pandalm, read_ukp

SETS: dict[str, tuple[Callable[[Path], Recorded], int]] = {
    "ukp": (read_ukp, 5),
    "barzan": (read_barzan, 5),
    "pandalm": (read_pandalm, 3),
}
"""By name: its reader, and the votes that its tasks were meant to get."""
THRESHOLDS = (0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
SHARE = 0.7


def run(*, quick: bool) -> None:
    if "REAL_DATA" not in os.environ:
        raise SystemExit("Set REAL_DATA to the folder with the recorded judgments.")
    folder = Path(os.environ["REAL_DATA"])
    for name, (read, overlap) in SETS.items():
        data = read(folder)
        _accuracy(name, data)
        _stopping(name, data, overlap, THRESHOLDS[2:4] if quick else THRESHOLDS)


def _accuracy(name: str, data: Recorded) -> None:
    known = data.gold >= 0
    if not known.any():
        return
    majority = _share_right(data, _majority(data))
    models: dict[str, FloatArray] = {"majority": _majority(data)}
    for model in ("full", "one_coin"):
        models[model] = _dawid_skene(data, model, mirrored=False)
    if data.outcomes == 3:
        models["mirrored"] = _dawid_skene(data, "full", mirrored=True)
    for method, posterior in models.items():
        found = wilson(_share_right(data, posterior) * known.sum(), int(known.sum()))
        loss = calibration_of_posterior(posterior[known], data.gold[known]).log_loss
        assert loss is not None
        figure("consensus", f"{name}_log_loss_{method}", loss, "nats", n=found.n)
        if data.outcomes == 3:
            _side(name, method, data, posterior)
        for part, value in zip(
            ("", "_lower", "_upper"), (found.value, found.lower, found.upper), strict=True
        ):
            assert value is not None
            figure(
                "consensus", f"{name}_accuracy_{method}{part}", value, "share", n=found.n,
                peer="majority", peer_value=majority,
            )  # fmt: skip


def _side(name: str, method: str, data: Recorded, posterior: FloatArray) -> None:
    """Of pairs whose gold is a side, whether that side is likelier than the other."""
    decisive = (data.gold == 0) | (data.gold == 2)
    first, _, second = posterior[decisive].T
    right = np.where(data.gold[decisive] == 0, first > second, second > first)
    share = float((right + (first == second) / 2).mean())
    figure("consensus", f"{name}_side_{method}", share, "share", n=int(decisive.sum()))


def _majority(data: Recorded) -> FloatArray:
    size = (int(data.task.max()) + 1, data.outcomes)
    cell = data.task * data.outcomes + data.label
    counts = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
    return smoothed_majority(counts.astype(np.float64))


def _dawid_skene(data: Recorded, model: Model, *, mirrored: bool) -> FloatArray:
    return dawid_skene(
        data.task,
        data.rater,
        data.label,
        tasks=int(data.task.max()) + 1,
        raters=int(data.rater.max()) + 1,
        labels=data.outcomes,
        model=model,
        mirrored=mirrored,
    ).posterior


def _share_right(data: Recorded, posterior: FloatArray) -> float:
    """Labels that share the lead share the task."""
    known = data.gold >= 0
    leads = posterior[known] >= posterior[known].max(axis=1, keepdims=True) - 1e-12
    right = leads[np.arange(known.sum()), data.gold[known]] / leads.sum(axis=1)
    return float(right.mean())


def _stopping(name: str, data: Recorded, overlap: int, thresholds: tuple[float, ...]) -> None:
    rules: list[Rule] = [
        *(Settled(threshold, overlap) for threshold in thresholds),
        *(Confident(threshold) for threshold in (0.6, 0.7, 0.75, 0.8)),
    ]
    points = frontier(
        data.task, data.label, rules=rules, order=data.order, outcomes=data.outcomes,
        items=data.items,
    )  # fmt: skip
    settled = points[: len(thresholds)]
    for threshold, point in zip(thresholds, settled, strict=True):
        _print(f"{name}_settled_{round(threshold * 100)}", data, point)
    for rule, point in zip(rules[len(thresholds) :], points[len(thresholds) :], strict=True):
        assert isinstance(rule, Confident)
        _print(f"{name}_confident_{round(rule.threshold * 100)}", data, point)
    cheap = [point for point in settled if point.replay.used <= SHARE]
    if cheap:
        best = max(cheap, key=lambda point: point.replay.kept)
        figure(
            "consensus", f"{name}_kept_at_70pct", best.replay.kept, "share",
            n=len(best.replay.votes), peer="fixed overlap at the same cost", peer_value=best.fixed,
        )  # fmt: skip


def _print(name: str, data: Recorded, point: FrontierPoint) -> None:
    tasks = len(point.replay.votes)
    figure("consensus", f"{name}_used", point.replay.used, "share", n=len(data.task))
    figure(
        "consensus", f"{name}_kept", point.replay.kept, "share", n=tasks,
        peer="fixed overlap at the same cost", peer_value=point.fixed,
    )  # fmt: skip
