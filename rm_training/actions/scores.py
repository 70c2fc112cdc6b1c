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
from collections.abc import Mapping, Sequence
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
    [scored] = score_by([model], items=items, aggregate=aggregate)
    return scored


def score_by(
    models: Sequence[RewardModel], *, items: Sequence[Item], aggregate: Aggregate = "mean"
) -> list[list[list[Score]]]:
    """The same by each of several models: they are asked at once, and answer within the time that
    one has."""
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        answers = _awaited(_asked(models, items, aggregate))
    finally:
        _room.release()
    return [
        [
            [_score(answer, place, number) for number in range(len(item.responses))]
            for place, item in enumerate(items)
        ]
        for answer in answers
    ]


def _score(answer: dict[str, Any], item: int, response: int) -> Score:
    criteria = {name: Score(*own[item][response]) for name, own in answer["criteria"].items()}
    reward, mean, lower, upper = answer["scores"][item][response]
    return Score(reward, mean, lower, upper, criteria)


def _asked(
    models: Sequence[RewardModel], items: Sequence[Item], aggregate: Aggregate
) -> dict[str, RewardModel]:
    """The models by the Redis lists that their answers are awaited in."""
    # Imported late: the web process must start without a broker.
    from annotate.celery import app  # noqa: PLC0415

    asked = {f"scores:{uuid4().hex}": model for model in models}
    sent = [asdict(item) for item in items]
    for reply, model in asked.items():
        args = [model.pk, sent, aggregate, reply]
        app.send_task(TASK, args=args, queue=QUEUE, expires=SECONDS)
    return asked


def _awaited(asked: Mapping[str, RewardModel]) -> list[dict[str, Any]]:
    """The models' answers in their order; the first that is a failure is raised at once."""
    end = time.monotonic() + SECONDS
    found: dict[str, dict[str, Any]] = {}
    while late := [reply for reply in asked if reply not in found]:
        left = end - time.monotonic()
        if left <= 0:
            raise TooSlow(_late([asked[reply].number for reply in late], len(asked)))
        # A connection that is silent for longer counts as broken.
        came = redis().blpop(late, timeout=min(left, 1.0))
        if came is None:
            continue
        reply, answer = came[0].decode(), json.loads(came[1])
        if "failed" in answer:
            which, why = asked[reply].number, answer["failed"]
            raise Failed(f"The scoring worker failed with model {which}: {why}. Its log says more.")
        found[reply] = answer
    return [found[reply] for reply in asked]


def _late(numbers: Sequence[int], asked: int) -> str | None:
    """What to say where these models have no answer; None where one alone was asked."""
    if asked == 1:
        return None
    named = " and ".join(f"model {number}" for number in numbers)
    which = f"all but {named}" if len(numbers) < asked else "none of them"
    return (
        f"Asked for the scores of {asked} models, the scoring worker gave those of {which} within "
        f"{SECONDS} seconds. Nothing was kept. Try again when it has less to do, or see whether "
        "the score worker runs."
    )
