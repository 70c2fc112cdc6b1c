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
from rm_training.ml.data import Floats
from rm_training.ml.ensemble import HeadEnsemble, half_width, intervals
from rm_training.ml.export import META_FILE, load_criteria, load_ensemble
from rm_training.ml.finetune.tuned import FineTuned
from rm_training.ml.finetune.write import load_finetuned
from rm_training.ml.render import Conversation
from rm_training.models import ResponseScore, RewardModel, Tier
from rm_training.queries.pool import Candidates

# Texts and features of so many responses are in memory at once: about 100 MB.
RESPONSES_AT_ONCE = 20_000
SECONDS_BETWEEN_BEATS = 1.0
Step = Callable[[int, int], None]


def _nobody(_done: int, _total: int) -> None:
    """Hears of progress where nobody waits for it."""


class MissingFiles(OSError):
    """A model's folder is not there; the message names it."""


class Served:
    """A stored reward model, opened, of either tier."""

    def __init__(self, model: RewardModel) -> None:
        """Raises MissingFiles where they are gone from the artifact store."""
        self.folder = artifacts.fetch(model.path)
        if not (self.folder / META_FILE).exists():
            raise MissingFiles(
                f"The files of model {model.number} are gone from the artifact store ({model.path})"
                ". Restore them, or promote another model."
            )
        self._full = model.tier == Tier.FULL
        self._max_tokens = int(model.run.config["max_tokens"])

    def members(self, conversations: Sequence[Conversation], *, progress: Step = _nobody) -> Floats:
        """The rewards [n, K] by its heads, or by its networks; features are kept in the cache."""
        if self._full:
            return self._by_networks(conversations, progress)[0]
        cache = DatabaseCache(self._backbone.digest)
        features = embed_all(self._backbone, conversations, cache, progress=progress)
        return self._heads.members(features)

    def answer(self, conversations: Sequence[Conversation]) -> tuple[Floats, dict[str, Floats]]:
        """The same, and by the heads of each criterion, of texts that are asked about once: nothing
        is kept."""
        if self._full:
            return self._by_networks(conversations, _nobody)
        features = self._backbone.embed(conversations)
        by_criterion = {name: heads.members(features) for name, heads in self._criteria.items()}
        return self._heads.members(features), by_criterion

    def rewards(self, conversations: Sequence[Conversation], *, progress: Step = _nobody) -> Floats:
        """The mean of `members`, [n]: of a full model, by the one network that it is."""
        if self._full:
            return self._tuned.scores(conversations)
        rewards: Floats = self.members(conversations, progress=progress).mean(1)
        return rewards

    @cached_property
    def _heads(self) -> HeadEnsemble:
        return load_ensemble(self.folder)

    @cached_property
    def _criteria(self) -> dict[str, HeadEnsemble]:
        return load_criteria(self.folder)

    @cached_property
    def _backbone(self) -> Backbone:
        return Backbone.load(self.folder, max_tokens=self._max_tokens)

    def _by_networks(
        self, conversations: Sequence[Conversation], progress: Step
    ) -> tuple[Floats, dict[str, Floats]]:
        """As `answer`, each network with its own heads."""
        found = []
        for done, network in enumerate([self._tuned, *self._networks]):
            progress(done, 1 + len(self._networks))
            found.append(network.answer(conversations))
        by_criterion = {name: _moved([own[name] for _, own in found]) for name in found[0][1]}
        return _moved([reward for reward, _ in found]), by_criterion

    @cached_property
    def _tuned(self) -> FineTuned:
        return load_finetuned(self.folder)

    @cached_property
    def _networks(self) -> list[FineTuned]:
        return [load_finetuned(folder) for folder in self._tuned.folders]


def _moved(columns: Sequence[Floats]) -> Floats:
    """The members' rewards [n, M], moved so that their mean is that of the model itself, which is
    the first column: the average of the members in their weights differs a little from their mean.
    Alone, it is its own member."""
    reward, members = columns[0], np.stack(columns[1:] or columns, axis=1)
    moved: Floats = members + (reward - members.mean(1))[:, None]
    return moved


def score_pool(champion: RewardModel, found: Candidates, *, beat: Callable[[], None]) -> Candidates:
    """The pool with the champion's mean, lower and upper reward of every response.

    The intervals are about a response beside the others to its prompt. They are also stored, as
    what the model thought last. `beat` is called now and then and may raise to stop.
    """
    served = Served(champion)
    scores = np.empty((3, len(found.response)))
    for rows in _by_prompt(found.pool.prompt):
        asked = _conversations(found.response[rows])
        members = served.members(asked, progress=_now_and_then(beat))
        _, group = np.unique(found.pool.prompt[rows], return_inverse=True)
        scores[:, rows] = intervals(members, group)
        _store(champion, found.response[rows], scores[:, rows])
    mean, lower, upper = scores
    wide = half_width(champion.heads) if champion.heads > 1 else found.pool.half_width
    pool = replace(found.pool, mean=mean, lower=lower, upper=upper, half_width=wide)
    return replace(found, pool=pool)


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
