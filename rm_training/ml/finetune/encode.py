"""Prompts with their answers as tokens, and what people said of them. Knows no weights.

A decoder's hidden state depends on earlier tokens only, so what all answers of a prompt share is
kept once: prefix, first answer, second answer. In an encoder the prefix sees the answer and is
another one beside each, so nothing can be shared exactly; there, conversations are kept whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch

from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.forward import Tokens
from rm_training.ml.rankings import WeakOrders
from rm_training.ml.units import Units


@dataclass(frozen=True)
class Tree:
    """Answers with what they share: `prefix` [P], and what each adds, possibly nothing.

    `rows` [k]: the conversations these are, in a table of the caller.
    """

    rows: tuple[int, ...]
    prefix: Tokens
    answers: tuple[Tokens, ...]


@dataclass(frozen=True)
class Task:
    """k answers that are learnt whole: `answers` [k] as rows of the caller's table, or as places
    among a prompt's; `left`, `chosen` [2^k - 1]: as in WeakOrders; its weight."""

    answers: Ints
    left: torch.Tensor
    chosen: torch.Tensor
    weight: float


@dataclass(frozen=True)
class Prompt:
    """All answers of one prompt, the p pairs of them that were compared, and its whole tasks.

    `first`, `second` [p]: places in the answers of all trees one after the other. `outcomes`
    [p, 3], `strength`, `weight` [p]: as in Comparisons, the weights scaled so that prompts have a
    mean sum of one, tasks with the pairs. `lengths`: of each answer, in the order of the trees.
    """

    trees: tuple[Tree, ...]
    first: Ints
    second: Ints
    outcomes: Floats
    strength: Floats
    weight: Floats
    lengths: Ints
    tasks: tuple[Task, ...] = ()

    @property
    def tokens(self) -> int:
        """How many tokens the network reads for it."""
        return sum(len(t.prefix) + sum(map(len, t.answers)) for t in self.trees)


def encode(
    tokens: Mapping[int, Tokens],
    units: Units,
    orders: Sequence[WeakOrders],
    *,
    lengths: Mapping[int, int],
    limit: int,
    causal: bool,
) -> list[Prompt]:
    """Prompts in the order of their numbers, from the token ids of each row that is compared.

    `orders`: of the whole tasks, by the number of answers. `lengths`: of each row's response.
    `limit`: the number of tokens from which a conversation may have lost its beginning, so that it
    shares nothing. `causal`: whether the network is a decoder.
    """
    numbers = np.unique(units.prompt).tolist()
    scale = len(numbers) / units.weight.sum()
    tasks: dict[int, list[Task]] = defaultdict(list)
    for prompt, task in _tasks(units, orders, scale):
        tasks[prompt].append(task)
    texts = _Texts(tokens, lengths, limit if causal else 0)
    return [
        _prompt(texts, own, tasks[number])
        for number, own in zip(numbers, _by_prompt(units.pairs, numbers, scale), strict=True)
    ]


def _tasks(units: Units, orders: Sequence[WeakOrders], scale: float) -> Iterator[tuple[int, Task]]:
    """Each whole task with its prompt."""
    for ranked, known in zip(units.ranked, orders, strict=True):
        for n, prompt in enumerate(ranked.prompt.tolist()):
            weight = float(ranked.weight[n]) * scale
            yield prompt, Task(ranked.rows[n], known.left[n], known.chosen[n], weight)


def _by_prompt(pairs: Comparisons, numbers: Sequence[int], scale: float) -> Iterator[_Columns]:
    order = np.argsort(pairs.prompt, kind="stable")
    starts = np.searchsorted(pairs.prompt[order], numbers)
    for at in np.split(order, starts[1:]):
        yield _Columns(
            pairs.first[at],
            pairs.second[at],
            pairs.outcomes[at],
            pairs.strength[at],
            pairs.weight[at] * scale,
        )


class _Columns(NamedTuple):
    first: Ints
    second: Ints
    outcomes: Floats
    strength: Floats
    weight: Floats


class _Texts(NamedTuple):
    tokens: Mapping[int, Tokens]
    lengths: Mapping[int, int]
    limit: int


def _prompt(texts: _Texts, pairs: _Columns, tasks: Sequence[Task]) -> Prompt:
    tokens = texts.tokens
    used = [pairs.first, pairs.second, *(task.answers for task in tasks)]
    rows = np.unique(np.concatenate(used)).tolist()
    whole = [row for row in rows if len(tokens[row]) < texts.limit]
    alone = [(row,) for row in rows if len(tokens[row]) >= texts.limit]
    trees = tuple(_tree(tokens, group) for group in [tuple(whole), *alone] if group)
    place = {row: n for n, row in enumerate(row for tree in trees for row in tree.rows)}

    def places(of: Ints) -> Ints:
        return np.array([place[row] for row in of.tolist()], np.int64)

    return Prompt(
        trees=trees,
        first=places(pairs.first),
        second=places(pairs.second),
        outcomes=pairs.outcomes,
        strength=pairs.strength,
        weight=pairs.weight,
        lengths=np.array([texts.lengths[row] for row in place], np.int64),
        tasks=tuple(replace(task, answers=places(task.answers)) for task in tasks),
    )


def _tree(tokens: Mapping[int, Tokens], rows: tuple[int, ...]) -> Tree:
    shared = _shared([tokens[row] for row in rows])
    prefix = tokens[rows[0]][:shared]
    return Tree(rows, prefix, tuple(tokens[row][shared:] for row in rows))


def _shared(sequences: Sequence[Tokens]) -> int:
    """How many first tokens all sequences share."""
    shortest = min(map(len, sequences))
    table = np.stack([tokens[:shortest] for tokens in sequences])
    same = (table == table[0]).all(0)
    return int(same.argmin()) if not same.all() else shortest
