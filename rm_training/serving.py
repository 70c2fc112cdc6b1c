"""Answers the web's questions for rewards. Loads torch: imported by the scoring worker alone.

It keeps the models that were asked for last, and no embedding: what an RL trainer asks about it
asks once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from annotate.cache import redis
from rm_training.ml.aggregate import Aggregate, aggregated, levelled
from rm_training.ml.data import Floats, Ints
from rm_training.ml.ensemble import intervals
from rm_training.ml.render import Conversation
from rm_training.models import RewardModel
from rm_training.scoring import Served

MODELS_KEPT = 2
REPLY_SECONDS = 60


def answer(
    *, model_id: int, items: Sequence[dict[str, Any]], aggregate: Aggregate, reply: str
) -> None:
    """Scores the items and pushes `{"scores": […], "criteria": {…}}` to the Redis list `reply`, or
    `{"failed": why}` where that fails, which is raised too."""
    try:
        found = _scores(_served(model_id), items, aggregate)
    except Exception as error:
        _push(reply, {"failed": f"{type(error).__name__}: {error}"})
        raise
    _push(reply, found)


@lru_cache(maxsize=MODELS_KEPT)
def _served(model_id: int) -> Served:
    return Served(RewardModel.objects.select_related("run").get(pk=model_id))


def _scores(
    served: Served, items: Sequence[dict[str, Any]], aggregate: Aggregate
) -> dict[str, Any]:
    """Of each response of each item the aggregated reward, mean, lower and upper, on the whole and
    by criterion."""
    asked = [
        Conversation(tuple(item["prompt"]), response)
        for item in items
        for response in item["responses"]
    ]
    sizes = np.array([len(item["responses"]) for item in items])
    members, by_criterion = served.answer(asked)
    return {
        "scores": _rows(members, sizes, aggregate),
        "criteria": {name: _rows(own, sizes, aggregate) for name, own in by_criterion.items()},
    }


def _rows(members: Floats, sizes: Ints, aggregate: Aggregate) -> list[list[list[float]]]:
    """By item and response, from members' rewards [n, K]."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    # Of a response alone nothing is left beside the others.
    alone = (sizes == 1)[group, None]
    by_group, by_level = intervals(members, group), intervals(members)
    shown = np.where(alone, np.stack(by_level, axis=1), np.stack(by_group, axis=1))
    members = np.where(alone, members, levelled(members, group))
    rows = np.column_stack([aggregated(members, aggregate), shown])
    return [part.tolist() for part in np.split(rows, np.cumsum(sizes)[:-1])]


def _push(reply: str, found: dict[str, Any]) -> None:
    with redis().pipeline() as steps:
        steps.rpush(reply, json.dumps(found))
        steps.expire(reply, REPLY_SECONDS)
        steps.execute()
