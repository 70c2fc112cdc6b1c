"""Lays out prompts with their answers as one row of tokens without padding. Knows no weights.

A decoder's hidden state depends on earlier tokens only, so what all answers of a prompt share is
laid out once: prefix, first answer, second answer. Every answer's positions go on from the end of
the prefix, and its tokens see the prefix and themselves (tree attention, as in Cai et al. 2024,
"Medusa"). In an encoder the prefix sees the answer and is another one beside each, so nothing can
be shared exactly; there, conversations lie in the row whole, which still saves all padding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.forward import Tokens

Block = tuple[int, int, torch.Tensor | None]
"""Tokens that see each other and no others: how many; how many of them, the first, are causal; and
what the rest see of all, [rest, all], everything where it is None."""


@dataclass(frozen=True)
class Tree:
    """Answers with what they share: `prefix` [P], and what each adds, possibly nothing.

    `rows` [k]: the conversations these are, in a table of the caller.
    """

    rows: tuple[int, ...]
    prefix: Tokens
    answers: tuple[Tokens, ...]


@dataclass(frozen=True)
class Prompt:
    """All answers of one prompt and the p comparisons between them.

    `first`, `second` [p]: places in the answers of all trees one after the other. `outcomes`
    [p, 3], `strength`, `weight` [p]: as in Comparisons, the weights scaled so that prompts have a
    mean sum of one. `lengths`: of each answer, in the order of the trees.
    """

    trees: tuple[Tree, ...]
    first: Ints
    second: Ints
    outcomes: Floats
    strength: Floats
    weight: Floats
    lengths: Ints

    @property
    def tokens(self) -> int:
        """How many tokens the network reads for it."""
        return sum(len(t.prefix) + sum(map(len, t.answers)) for t in self.trees)


class Batch(TypedDict):
    """One row of T tokens, n answers and p comparisons of some prompts.

    `input_ids`, `position_ids` [1, T]; `read` [n]: the token whose hidden state scores an answer;
    `first`, `second` [p]: places among the answers; `outcomes` [p, 3]; `strength`, `weight` [p];
    `lengths` [n]; `prompts`: how many.
    """

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    read: torch.Tensor
    layout: list[Block]
    first: torch.Tensor
    second: torch.Tensor
    outcomes: torch.Tensor
    strength: torch.Tensor
    weight: torch.Tensor
    lengths: torch.Tensor
    prompts: int


def encode(
    tokens: Mapping[int, Tokens],
    comparisons: Comparisons,
    *,
    lengths: Mapping[int, int],
    limit: int,
    causal: bool,
) -> list[Prompt]:
    """Prompts in the order of their numbers, from the token ids of each row that is compared.

    `lengths`: of each row's response. `limit`: the number of tokens from which a conversation may
    have lost its beginning, so that it shares nothing. `causal`: whether the network is a decoder.
    """
    order = np.argsort(comparisons.prompt, kind="stable")
    starts = np.flatnonzero(np.diff(comparisons.prompt[order], prepend=-1))
    weight = comparisons.weight * (len(starts) / comparisons.weight.sum())
    columns = _Columns(
        comparisons.first, comparisons.second, comparisons.outcomes, comparisons.strength, weight
    )
    return [
        _prompt(tokens, lengths, limit if causal else 0, columns.at(places))
        for places in np.split(order, starts[1:])
    ]


class _Columns(NamedTuple):
    first: Ints
    second: Ints
    outcomes: Floats
    strength: Floats
    weight: Floats

    def at(self, places: Ints) -> _Columns:
        return _Columns(
            self.first[places],
            self.second[places],
            self.outcomes[places],
            self.strength[places],
            self.weight[places],
        )


def _prompt(
    tokens: Mapping[int, Tokens], lengths: Mapping[int, int], limit: int, columns: _Columns
) -> Prompt:
    rows = np.unique(np.concatenate([columns.first, columns.second])).tolist()
    whole = [row for row in rows if len(tokens[row]) < limit]
    alone = [(row,) for row in rows if len(tokens[row]) >= limit]
    trees = tuple(_tree(tokens, group) for group in [tuple(whole), *alone] if group)
    place = {row: n for n, row in enumerate(row for tree in trees for row in tree.rows)}
    return Prompt(
        trees=trees,
        first=np.array([place[row] for row in columns.first.tolist()], np.int64),
        second=np.array([place[row] for row in columns.second.tolist()], np.int64),
        outcomes=columns.outcomes,
        strength=columns.strength,
        weight=columns.weight,
        lengths=np.array([lengths[row] for row in place], np.int64),
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
        first=_joined([p.first + o for p, o in zip(prompts, offsets, strict=True)]),
        second=_joined([p.second + o for p, o in zip(prompts, offsets, strict=True)]),
        outcomes=_joined([p.outcomes for p in prompts]).float(),
        strength=_joined([p.strength for p in prompts]).float(),
        weight=_joined([p.weight for p in prompts]).float(),
        lengths=_joined([p.lengths for p in prompts]).float(),
        prompts=len(prompts),
    )


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
