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

from rm_training.ml.data import Floats, Ints
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
class Judged:
    """What people said of one prompt's answers: p pairs that were compared, and whole tasks.

    `first`, `second` [p]: answers, as in `Task`. `outcomes` [p, 3], `strength`, `weight` [p]: as in
    Comparisons.
    """

    first: Ints
    second: Ints
    outcomes: Floats
    strength: Floats
    weight: Floats
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Prompt:
    """All answers of one prompt that were compared, each once, whatever was asked about them.

    `lengths`: of each answer, in the order of the trees. `judged`: by the order of the groups that
    were encoded, with answers as places among those of all trees one after the other.
    """

    trees: tuple[Tree, ...]
    lengths: Ints
    judged: tuple[Judged, ...]

    @property
    def tokens(self) -> int:
        """How many tokens the network reads for it."""
        return sum(len(t.prefix) + sum(map(len, t.answers)) for t in self.trees)


class Group(NamedTuple):
    """Judgments of one kind: the overall ones, or those by a criterion. `orders`: of the whole
    tasks, by the number of answers."""

    units: Units
    orders: Sequence[WeakOrders] = ()


def encode(
    tokens: Mapping[int, Tokens],
    groups: Sequence[Group],
    *,
    lengths: Mapping[int, int],
    limit: int,
    causal: bool,
) -> list[Prompt]:
    """Prompts in the order of their numbers, from the token ids of each row that is compared.

    The first group is the overall one: its weights are scaled so that its prompts have a mean sum
    of one, those of the others by the same number. `lengths`: of each row's response. `limit`: the
    number of tokens from which a conversation may have lost its beginning, so that it shares
    nothing. `causal`: whether the network is a decoder.
    """
    overall, *_ = (group.units for group in groups)
    scale = len(np.unique(overall.prompt)) / overall.weight.sum()
    numbers = np.unique(np.concatenate([group.units.prompt for group in groups])).tolist()
    texts = _Texts(tokens, lengths, limit if causal else 0)
    by_prompt = zip(*(_judged(group, numbers, scale) for group in groups), strict=True)
    return [_prompt(texts, judged) for judged in by_prompt]


def _judged(group: Group, numbers: Sequence[int], scale: float) -> Iterator[Judged]:
    """What the group says of each prompt, answers as rows; of some prompts it may be nothing."""
    tasks: dict[int, list[Task]] = defaultdict(list)
    for prompt, task in _tasks(group, scale):
        tasks[prompt].append(task)
    pairs = group.units.pairs
    order = np.argsort(pairs.prompt, kind="stable")
    starts = np.searchsorted(pairs.prompt[order], numbers)
    for number, at in zip(numbers, np.split(order, starts[1:]), strict=True):
        yield Judged(
            pairs.first[at],
            pairs.second[at],
            pairs.outcomes[at],
            pairs.strength[at],
            pairs.weight[at] * scale,
            tuple(tasks[number]),
        )


def _tasks(group: Group, scale: float) -> Iterator[tuple[int, Task]]:
    """Each whole task with its prompt."""
    for ranked, known in zip(group.units.ranked, group.orders, strict=True):
        for n, prompt in enumerate(ranked.prompt.tolist()):
            weight = float(ranked.weight[n]) * scale
            yield prompt, Task(ranked.rows[n], known.left[n], known.chosen[n], weight)


class _Texts(NamedTuple):
    tokens: Mapping[int, Tokens]
    lengths: Mapping[int, int]
    limit: int


def _prompt(texts: _Texts, judged: Sequence[Judged]) -> Prompt:
    tokens = texts.tokens
    rows = np.unique(np.concatenate([_rows(own) for own in judged])).tolist()
    whole = [row for row in rows if len(tokens[row]) < texts.limit]
    alone = [(row,) for row in rows if len(tokens[row]) >= texts.limit]
    trees = tuple(_tree(tokens, group) for group in [tuple(whole), *alone] if group)
    place = {row: n for n, row in enumerate(row for tree in trees for row in tree.rows)}

    lengths = np.array([texts.lengths[row] for row in place], np.int64)
    return Prompt(trees, lengths, tuple(_placed(own, place) for own in judged))


def _rows(judged: Judged) -> Ints:
    tasks = (task.answers for task in judged.tasks)
    return np.concatenate([judged.first, judged.second, *tasks])


def _placed(judged: Judged, place: Mapping[int, int]) -> Judged:
    def places(of: Ints) -> Ints:
        return np.array([place[row] for row in of.tolist()], np.int64)

    return replace(
        judged,
        first=places(judged.first),
        second=places(judged.second),
        tasks=tuple(replace(task, answers=places(task.answers)) for task in judged.tasks),
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
