"""Reads a dataset snapshot into arrays of comparisons. It knows no model and no database.

A snapshot is JSONL, one row a task: its prompt, split, responses in canonical order, votes, and the
consensus posterior [P(i over j), P(tie), P(j over i)] for each pair i < j, nulls where nobody
compared the two; the same by criterion. A task of which k responses were compared becomes the pairs
that were, at most k(k-1)/2, each weighted 1/(k-1), so that a response counts the same whatever the
size of its task.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from rm_training.ml.data import COLUMNS, Comparisons, Dataset
from rm_training.ml.render import Conversation

NOT_COMPARED, BELOW = 0, -1
"""Ranks of responses that a vote says nothing about, and of those below all that it placed."""


class SnapshotError(ValueError):
    """A row of the snapshot cannot be read; the message names its line and says why."""


def read_snapshot(path: str | Path) -> Dataset:
    """Read a snapshot file. Raises SnapshotError at the first row that is not a task.

    Tasks whose posterior is null hold no judgment: they are counted and give no comparison.
    """
    table = _Table()
    with Path(path).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    table.add(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise SnapshotError(
                        f"Line {number} of the snapshot is not a task: {error!r}. Nothing was "
                        "trained. Make a new snapshot."
                    ) from error
    return table.dataset()


Pair = tuple[int, int, float, float, float, float, int, bool, int]


class _Table:
    """Collects tasks: texts and prompts are numbered as they come, each content once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], int] = {}
        self.conversations: list[Conversation] = []
        self.prompts: dict[str, int] = {}
        self.groups: dict[int, str] = {}
        self.pairs: list[Pair] = []
        self.by_criterion: dict[str, list[Pair]] = {}
        self.unlabelled = 0

    def add(self, task: Mapping[str, Any]) -> None:
        if task["split"] not in ("train", "evaluation"):
            raise ValueError(f"unknown split {task['split']!r}")
        if task["posterior"] is None:
            self.unlabelled += 1
            return
        messages = tuple(task["prompt"])
        prompt = self.prompts.setdefault(task["prompt_sha256"], len(self.prompts))
        self.groups[prompt] = task.get("group") or ""
        rows = [self._row(prompt, messages, response["text"]) for response in task["responses"]]
        overall = list(_pairs(task, prompt, rows, task["posterior"], _votes(task, None)))
        self.pairs += overall
        for name, posterior in (task.get("posteriors") or {}).items():
            own = _pairs(task, prompt, rows, posterior, _votes(task, name))
            self.by_criterion.setdefault(name, []).extend(own)
        if not task.get("posteriors"):
            self.by_criterion.setdefault(task.get("question") or "", []).extend(overall)

    def _row(self, prompt: int, messages: tuple[Mapping[str, str], ...], text: str) -> int:
        row = self.rows.setdefault((prompt, text), len(self.rows))
        if row == len(self.conversations):
            self.conversations.append(Conversation(messages, text))
        return row

    def dataset(self) -> Dataset:
        overall = self._comparisons(self.pairs)
        names = sorted(self.by_criterion) if len(self.by_criterion) > 1 else ()
        criteria = {name: self._comparisons(self.by_criterion[name]) for name in names}
        return Dataset(overall, criteria)

    def _comparisons(self, pairs: Sequence[Pair]) -> Comparisons:
        columns = list(zip(*pairs, strict=True)) or [()] * len(COLUMNS)
        kinds = {"target": np.float64, "tie": np.float64, "strength": np.float64,
                 "weight": np.float64, "evaluation": np.bool_}  # fmt: skip
        arrays: dict[str, Any] = {
            name: np.array(column, kinds.get(name, np.int64))
            for name, column in zip(COLUMNS, columns, strict=True)
        }
        return Comparisons(
            conversations=tuple(self.conversations),
            row_prompt=np.array([prompt for prompt, _ in self.rows], np.int64),
            groups=tuple(self.groups[prompt] for prompt in range(len(self.groups))),
            unlabelled=self.unlabelled,
            **arrays,
        )


Vote = tuple[Sequence[int], int | None]


def _votes(task: Mapping[str, Any], criterion: str | None) -> list[Vote]:
    """Ranks and strength of the people's votes, on the whole or by a criterion of comparisons."""
    people = [vote for vote in task.get("votes") or () if vote["kind"] != "ai_judge"]
    if criterion is None:
        return [(vote["ranks"], vote["strength"]) for vote in people]
    orders = [(vote["answer"].get("criteria") or {}).get(criterion) for vote in people]
    return [(order["ranks"], order["strength"]) for order in orders if order]


def _pairs(
    task: Mapping[str, Any],
    prompt: int,
    rows: Sequence[int],
    posterior: Sequence[float | None],
    votes: Sequence[Vote],
) -> Iterator[Pair]:
    """Those that were compared, in the order of COLUMNS."""
    held_out = task["split"] == "evaluation"
    places = combinations(range(len(rows)), 2)
    known = zip(places, _outcomes(posterior, len(rows)), strict=True)
    found = {pair: outcomes for pair, outcomes in known if outcomes is not None}
    weight = 1 / max(len({place for pair in found for place in pair}) - 1, 1)
    for (i, j), (win, tie, _) in found.items():
        strength = _strength(votes, i, j)
        yield (
                rows[i], rows[j], win + tie / 2, tie, strength, weight, prompt, held_out,
                task["task"],
            )  # fmt: skip


def _outcomes(
    posterior: Sequence[float | None], responses: int
) -> Iterator[tuple[float, float, float] | None]:
    """P(i over j), P(tie), P(j over i) for every pair i < j of a flat posterior, three numbers a
    pair; None for a pair that nobody compared."""
    expected = 3 * responses * (responses - 1) // 2
    if responses < 2 or len(posterior) != expected:
        raise ValueError(f"{responses} responses need {expected} posterior values")
    for start in range(0, expected, 3):
        win, tie, lose = posterior[start : start + 3]
        if win is None or tie is None or lose is None:
            yield None
            continue
        if min(win, tie, lose) < 0 or abs(win + tie + lose - 1) > 1e-6:
            raise ValueError(f"{[win, tie, lose]} are no probabilities")
        yield win, tie, lose


def _strength(votes: Sequence[Vote], i: int, j: int) -> float:
    """The mean over the votes that prefer one of the two and say how strongly, and over ties as 0;
    0 where there is none."""
    signed = []
    for ranks, strength in votes:
        mine, theirs = _place(ranks[i]), _place(ranks[j])
        if mine is None or theirs is None or (mine == theirs == _LAST):
            continue
        if mine == theirs:
            signed.append(0)
        elif strength is not None:
            signed.append(strength if mine < theirs else -strength)
    return sum(signed) / len(signed) if signed else 0.0


_LAST = 10**6


def _place(rank: int) -> int | None:
    if rank == NOT_COMPARED:
        return None
    return _LAST if rank == BELOW else rank
