"""What a stored reward model thinks of texts. Loads torch: imported by workers only.

Embeddings come from the cache where they are known, whichever model asked for them first: a reward
model and the backbone it was made from have one digest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from annotate import artifacts
from annotate.models import Response
from rm_training.acquisition.systematic import FloatArray, IntArray
from rm_training.embeddings import DatabaseCache
from rm_training.ml.backbone import Backbone, embed_all
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import load_ensemble
from rm_training.ml.forward import Features
from rm_training.ml.render import Conversation
from rm_training.models import ResponseScore, RewardModel
from rm_training.queries.pool import Candidates

# Texts and features of so many responses are in memory at once: about 100 MB.
RESPONSES_AT_ONCE = 20_000
SECONDS_BETWEEN_BEATS = 1.0


class Served:
    """A stored reward model, opened."""

    def __init__(self, model: RewardModel) -> None:
        folder = artifacts.fetch(model.path)
        self.max_tokens = int(model.run.config["max_tokens"])
        self.ensemble: HeadEnsemble = load_ensemble(folder)
        self._folder = folder

    def embed(
        self,
        conversations: Sequence[Conversation],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Features:
        """Features [n, d] by this model's own backbone."""
        backbone = self.backbone
        cache = DatabaseCache(backbone.digest)
        return embed_all(backbone, conversations, cache, progress=progress)

    @cached_property
    def backbone(self) -> Backbone:
        """Opened when first needed: to compare heads over features that are there it is not."""
        return Backbone.load(self._folder, max_tokens=self.max_tokens)


def score_pool(champion: RewardModel, found: Candidates, *, beat: Callable[[], None]) -> Candidates:
    """The pool with the champion's mean, lower and upper reward of every response.

    The intervals are about a response beside the others to its prompt. They are also stored, as
    what the model thought last. `beat` is called now and then and may raise to stop.
    """
    served = Served(champion)
    scores = np.empty((3, len(found.response)))
    for rows in _by_prompt(found.pool.prompt):
        features = served.embed(_conversations(found.response[rows]), _now_and_then(beat))
        _, group = np.unique(found.pool.prompt[rows], return_inverse=True)
        scores[:, rows] = served.ensemble.score(features, group)
        _store(champion, found.response[rows], scores[:, rows])
    mean, lower, upper = scores
    return replace(found, pool=replace(found.pool, mean=mean, lower=lower, upper=upper))


def _by_prompt(prompt: IntArray) -> Iterator[IntArray]:
    """Rows in groups of about `RESPONSES_AT_ONCE`, no prompt's rows in two of them."""
    order = np.argsort(prompt, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(prompt[order]) > 0))
    cuts = starts[np.flatnonzero(np.diff(starts // RESPONSES_AT_ONCE) > 0) + 1]
    yield from np.split(order, cuts)


def _conversations(ids: IntArray) -> list[Conversation]:
    rows = Response.objects.select_related("prompt").in_bulk(ids.tolist())
    return [Conversation(tuple(rows[pk].prompt.messages), rows[pk].text) for pk in ids.tolist()]


def _store(model: RewardModel, ids: IntArray, scores: FloatArray) -> None:
    ResponseScore.objects.bulk_create(
        [
            ResponseScore(reward_model=model, response_id=pk, mean=m, lower=low, upper=up)
            for pk, m, low, up in zip(ids.tolist(), *scores.tolist(), strict=True)
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["reward_model", "response"],
        update_fields=["mean", "lower", "upper"],
    )


def _now_and_then(beat: Callable[[], None]) -> Callable[[int, int], None]:
    last = 0.0

    def progress(_done: int, _total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_BEATS:
            last = time.monotonic()
            beat()

    return progress
