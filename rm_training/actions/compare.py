"""Two reward models beside each other on prompts that neither was trained on. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotate.errors import Conflict
from annotate.models import Project
from annotate.queries.texts import excerpt
from rm_training.actions.scores import MOST_RESPONSES, Item, Score, score_by
from rm_training.estimates import estimate
from rm_training.ml.comparing import Compared, compare_margins, same_preference
from rm_training.ml.data import Floats
from rm_training.models import RewardModel
from rm_training.queries.held_out import HeldOut, JudgedPair, held_out, pairs_of

MOST_ROWS = 200
NO_CORRELATION = "One of the models gives every pair the same difference."
NO_INTERVAL = "All of these comparisons are about one prompt."


@dataclass(frozen=True, slots=True)
class Row:
    """A comparison, and what the raters and both models make of it."""

    task: int
    prompt_excerpt: str
    first: str
    second: str
    consensus: float
    margin_a: float
    margin_b: float
    agree: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures are Estimates: value, lower, upper, n, reason."""

    a: int
    b: int
    tasks: int
    prompts: int
    comparisons: int
    skipped_ties: int
    accuracy_a: dict[str, Any]
    accuracy_b: dict[str, Any]
    difference: dict[str, Any]
    agreement: dict[str, Any]
    rank_correlation: dict[str, Any]
    rows: list[Row]


def compare(*, project: Project, a: RewardModel, b: RewardModel) -> Comparison:
    """Scores judged tasks of the evaluation split by both models, in the time of one request.

    Raises Conflict where none is judged, and what `score_by` raises.
    """
    found = held_out(project, most_responses=MOST_RESPONSES)
    judged = [pair for task in found.tasks for pair in pairs_of(task)]
    pairs = [pair for pair in judged if pair.target != 0.5]
    if not pairs:
        raise Conflict(
            "No comparison of the prompts set aside for evaluation has been judged one way or the "
            "other yet, so there is nothing to compare the models on. Nothing was scored. Judge "
            "more tasks: a share of them is about these prompts."
        )
    scored = score_by([a, b], items=_items(found))
    margin_a, margin_b = (_margins(scores, found, pairs) for scores in scored)
    prompt = np.array([pair.task.prompt_id for pair in pairs], dtype=np.int64)
    figures = compare_margins(
        margin_a,
        margin_b,
        np.array([pair.target for pair in pairs]),
        np.array([pair.weight for pair in pairs]),
        prompt,
    )
    return Comparison(
        a=a.number,
        b=b.number,
        tasks=len({pair.task.pk for pair in pairs}),
        prompts=len(np.unique(prompt)),
        comparisons=len(pairs),
        skipped_ties=len(judged) - len(pairs),
        **_estimates(figures, len(pairs)),
        rows=_rows(found, pairs, margin_a, margin_b)[:MOST_ROWS],
    )


def _items(found: HeldOut) -> list[Item]:
    return [
        Item(tuple(found.prompts[prompt].messages), tuple(r.text for r in responses))
        for prompt, responses in found.by_prompt().items()
    ]


def _margins(scored: list[list[Score]], found: HeldOut, pairs: Sequence[JudgedPair]) -> Floats:
    """Rewards of the first responses less those of the second, [n], from the scores of `_items`."""
    reward = {
        response.pk: one.reward
        for responses, scores in zip(found.by_prompt().values(), scored, strict=True)
        for response, one in zip(responses, scores, strict=True)
    }
    return np.array([reward[pair.first] - reward[pair.second] for pair in pairs])


def _estimates(figures: Compared, n: int) -> dict[str, dict[str, Any]]:
    return {
        name: estimate(getattr(figures, name), n, no_figure=NO_CORRELATION, no_interval=NO_INTERVAL)
        for name in ("accuracy_a", "accuracy_b", "difference", "agreement", "rank_correlation")
    }


def _rows(found: HeldOut, pairs: Sequence[JudgedPair], a: Floats, b: Floats) -> list[Row]:
    """Where the models disagree first, and then by how far apart they are."""
    same = same_preference(a, b)
    return [
        Row(
            task=pairs[at].task.pk,
            prompt_excerpt=excerpt(found.prompts[pairs[at].task.prompt_id].messages),
            first=_short(found, pairs[at].first),
            second=_short(found, pairs[at].second),
            consensus=pairs[at].target,
            margin_a=float(a[at]),
            margin_b=float(b[at]),
            agree=bool(same[at]),
        )
        for at in np.lexsort([-np.abs(a - b), same])
    ]


def _short(found: HeldOut, response: int) -> str:
    return excerpt([{"role": "assistant", "content": found.responses[response].text}])
