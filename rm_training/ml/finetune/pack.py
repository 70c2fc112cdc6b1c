"""Lays out prompts as one row of tokens without padding. Knows no weights.

A decoder's prefix is laid out once, before its answers: every answer's positions go on from the end
of the prefix, and its tokens see the prefix and themselves (tree attention, as in Cai et al. 2024,
"Medusa"). An encoder's conversations lie in the row whole, which still saves all padding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

from rm_training.ml.data import Ints
from rm_training.ml.finetune.encode import Judged, Prompt, Task, Tree

Block = tuple[int, int, torch.Tensor | None]
"""Tokens that see each other and no others: how many; how many of them, the first, are causal; and
what the rest see of all, [rest, all], everything where it is None."""


Whole = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
"""R tasks of k answers: their places [R, k] among a batch's answers, `left` and `chosen`
[R, 2^k - 1], and weights [R]."""


class Judgments(TypedDict):
    """p comparisons and the whole tasks of some prompts, overall or by one criterion.

    `first`, `second` [p]: places among a batch's answers; `outcomes` [p, 3]; `strength`, `weight`
    [p]; `whole`: by the number of answers. Any of it may be empty.
    """

    first: torch.Tensor
    second: torch.Tensor
    outcomes: torch.Tensor
    strength: torch.Tensor
    weight: torch.Tensor
    whole: list[Whole]


class Batch(TypedDict):
    """One row of T tokens with n answers of some prompts.

    `input_ids`, `position_ids` [1, T]; `read` [n]: the token whose hidden state scores an answer;
    `judged`: as in Prompt, the overall judgments first; `lengths` [n]; `prompts`: how many.
    """

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    read: torch.Tensor
    layout: list[Block]
    judged: list[Judgments]
    lengths: torch.Tensor
    prompts: int


def pack(prompts: Sequence[Prompt], *, causal: bool) -> Batch:
    """Lay prompts out in one row; at least one prompt, each with at least one token an answer."""
    trees = [tree for prompt in prompts for tree in prompt.trees]
    parts = [part for tree in trees for part in (tree.prefix, *tree.answers)]
    sizes = [sum(len(tree.rows) for tree in prompt.trees) for prompt in prompts]
    offsets = np.cumsum([0, *sizes[:-1]])
    return Batch(
        input_ids=_row(parts),
        position_ids=_row([p for tree in trees for p in _positions(tree)]),
        read=torch.from_numpy(_read(trees, causal=causal)),
        layout=[_block(tree, causal=causal) for tree in trees],
        judged=[
            _judgments(group, offsets) for group in zip(*(p.judged for p in prompts), strict=True)
        ],
        lengths=_joined([p.lengths for p in prompts]).float(),
        prompts=len(prompts),
    )


def _judgments(judged: Sequence[Judged], offsets: Ints) -> Judgments:
    """One group's, from each prompt's and the number of answers before it."""
    return Judgments(
        first=_joined([own.first + o for own, o in zip(judged, offsets, strict=True)]),
        second=_joined([own.second + o for own, o in zip(judged, offsets, strict=True)]),
        outcomes=_joined([own.outcomes for own in judged]).float(),
        strength=_joined([own.strength for own in judged]).float(),
        weight=_joined([own.weight for own in judged]).float(),
        whole=_whole(judged, offsets),
    )


def _whole(judged: Sequence[Judged], offsets: Ints) -> list[Whole]:
    by_size: dict[int, list[tuple[Ints, Task]]] = defaultdict(list)
    for own, offset in zip(judged, offsets, strict=True):
        for task in own.tasks:
            by_size[len(task.answers)].append((task.answers + offset, task))
    return [
        (
            torch.from_numpy(np.stack([places for places, _ in tasks])),
            torch.stack([task.left for _, task in tasks]),
            torch.stack([task.chosen for _, task in tasks]),
            torch.tensor([task.weight for _, task in tasks]),
        )
        for _, tasks in sorted(by_size.items())
    ]


def _positions(tree: Tree) -> list[Ints]:
    start = len(tree.prefix)
    return [np.arange(start), *(np.arange(start, start + len(a)) for a in tree.answers)]


def _read(trees: Sequence[Tree], *, causal: bool) -> Ints:
    """The token that scores each answer: a decoder's last, an encoder's first."""
    found, at = [], 0
    for tree in trees:
        end = at + len(tree.prefix)
        for answer in tree.answers:
            end += len(answer)
            # An answer that adds nothing ends where the prefix does.
            last = end - 1 if len(answer) else at + len(tree.prefix) - 1
            found.append(last if causal else at)
        at = end
    return np.array(found, np.int64)


def _block(tree: Tree, *, causal: bool) -> Block:
    prefix = len(tree.prefix) if causal else 0
    lengths = [len(answer) for answer in tree.answers]
    length = len(tree.prefix) + sum(lengths)
    if not causal or prefix == length:
        return length, prefix, None
    owner = np.repeat(np.arange(len(lengths)), lengths)
    own = np.tril(owner[:, None] == owner[None, :])
    mask = np.concatenate([np.ones((length - prefix, prefix), np.bool_), own], axis=1)
    return length, prefix, torch.from_numpy(mask)


def _row(parts: Sequence[NDArray[np.integer]]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(parts).astype(np.int64))[None]


def _joined(parts: Sequence[NDArray[np.generic]]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(parts))
