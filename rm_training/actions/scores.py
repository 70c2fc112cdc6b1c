"""Asks the scoring worker for rewards, and waits for them. Runs in the web process: no torch here.

A request holds one of the web server's threads while it waits, which raters need too. So at most
half of a process's threads may wait at once; whoever comes then is told to come again, and a worker
that doesn't answer in time is not waited for any longer. Work that nobody waits for expires.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from uuid import uuid4

from rest_framework.exceptions import APIException

from annotate.cache import redis
from annotate.formats import Message
from annotate.models import Project
from rm_training.models import RewardModel

TASK = "rm_training.score"
QUEUE = "score"
SECONDS = 60
MOST_RESPONSES = 1_024
MOST_CHARACTERS = 4_000_000
"""Of one request, prompts counted once: what is read of it is 256 tokens a response."""

_room = threading.BoundedSemaphore(max(1, int(os.environ.get("WEB_THREADS") or "4") // 2))


class Busy(APIException):
    status_code = 503
    default_detail = (
        "As many scoring requests as this server takes at once are being answered. Nothing was "
        "scored; send it again in a second."
    )
    wait = 1  # Retry-After


class TooSlow(APIException):
    status_code = 504
    default_detail = (
        f"The scoring worker did not answer within {SECONDS} seconds. Nothing was kept. Send fewer "
        "responses at once, or see whether the score worker runs."
    )


class Failed(APIException):
    status_code = 502
    default_detail = "The scoring worker failed."


class NoModel(APIException):
    status_code = 409
    default_detail = "This project has no champion to score with yet. Name a model, or promote one."


@dataclass(frozen=True, slots=True)
class Item:
    """A prompt, which is a conversation up to the model's turn, and responses to it."""

    prompt: tuple[Message, ...]
    responses: tuple[str, ...]


Aggregate = Literal["mean", "worst_case", "uncertainty_weighted"]
"""How the heads' rewards become one: `rm_training.ml.aggregate`, which loads torch."""


@dataclass(frozen=True, slots=True)
class Score:
    """`criteria`: by each criterion's own heads, empty where the model has none."""

    reward: float
    mean: float
    lower: float
    upper: float
    criteria: dict[str, Score] = field(default_factory=dict)


def model_to_score_with(project: Project, number: int | None) -> RewardModel:
    """The model of this number, else the champion; NoModel where there is none."""
    models = RewardModel.objects.filter(project=project)
    found = models.filter(champion=True) if number is None else models.filter(number=number)
    model = found.first()
    if model is None:
        raise NoModel if number is None else NoModel(f"There is no model {number} here.")
    return model


def score(
    *, model: RewardModel, items: Sequence[Item], aggregate: Aggregate = "mean"
) -> list[list[Score]]:
    """The rewards of each item's responses, as `aggregate` makes one of the heads'. Raises Busy,
    TooSlow or Failed; nothing is stored.

    The interval of a response among others of its item is about it beside these; that of one alone
    is about its level, which no choice depends on, and is wider.
    """
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        answer = _asked(model, items, aggregate)
    finally:
        _room.release()
    if "failed" in answer:
        raise Failed(f"The scoring worker failed: {answer['failed']}. Its log says more.")
    return [
        [_score(answer, place, number) for number in range(len(item.responses))]
        for place, item in enumerate(items)
    ]


def _score(answer: dict[str, Any], item: int, response: int) -> Score:
    criteria = {name: Score(*own[item][response]) for name, own in answer["criteria"].items()}
    reward, mean, lower, upper = answer["scores"][item][response]
    return Score(reward, mean, lower, upper, criteria)


def _asked(model: RewardModel, items: Sequence[Item], aggregate: Aggregate) -> dict[str, Any]:
    # Imported late: the web process must start without a broker.
    from annotate.celery import app  # noqa: PLC0415

    reply = f"scores:{uuid4().hex}"
    sent = [asdict(item) for item in items]
    app.send_task(TASK, args=[model.pk, sent, aggregate, reply], queue=QUEUE, expires=SECONDS)
    return _awaited(reply)


def _awaited(reply: str) -> dict[str, Any]:
    end = time.monotonic() + SECONDS
    while (left := end - time.monotonic()) > 0:
        # A connection that is silent for longer counts as broken.
        found = redis().blpop([reply], timeout=min(left, 1.0))
        if found is not None:
            answer: dict[str, Any] = json.loads(found[1])
            return answer
    raise TooSlow
