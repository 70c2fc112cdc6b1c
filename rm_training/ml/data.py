"""Reads a dataset snapshot into arrays of comparisons. It knows no model and no database.

A snapshot is JSONL, one row a task: its prompt, split, responses in canonical order, and the
consensus posterior [P(i over j), P(tie), P(j over i)] for each pair i < j, nulls where nobody
compared the two. A task of k responses becomes the pairs that were compared, at most k(k-1)/2, each
weighted 1/(k-1), so that a response counts the same whatever the size of its task; a tie is a
target of one half.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rm_training.ml.render import Conversation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class SnapshotError(ValueError):
    """A row of the snapshot cannot be read; the message names its line and says why."""


@dataclass(frozen=True)
class Comparisons:
    """n comparisons between rows of a table of m unique prompt-and-response texts.

    `first`, `second` [n]: rows of the two responses. `target` [n]: P(first over second), ties half.
    `weight` [n]. `prompt` [n]: the prompt's index, `evaluation` [n]: whether it is held out.
    `task` [n]: the task's id. `row_prompt` [m]: the prompt's index of each row. `groups`: the group
    of each prompt, "" where it has none. `unlabelled`: tasks without a posterior.
    """

    conversations: tuple[Conversation, ...]
    first: Ints
    second: Ints
    target: Floats
    weight: Floats
    prompt: Ints
    evaluation: Bools
    task: Ints
    row_prompt: Ints
    groups: tuple[str, ...]
    unlabelled: int = 0

    def __len__(self) -> int:
        return len(self.target)

    @property
    def prompts(self) -> int:
        """How many different prompts these comparisons have."""
        return len(np.unique(self.prompt))

    def where(self, kept: Bools) -> Comparisons:
        """The comparisons that a mask [n] keeps, over the same table of texts."""
        columns = ("first", "second", "target", "weight", "prompt", "evaluation", "task")
        return replace(self, **{name: getattr(self, name)[kept] for name in columns})

    def training(self) -> Comparisons:
        """The comparisons that a model may learn from."""
        return self.where(~self.evaluation)

    def held_out(self) -> Comparisons:
        """The comparisons of the evaluation prompts, which no model and no selection has seen."""
        return self.where(self.evaluation)


def read_snapshot(path: str | Path) -> Comparisons:
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
    return table.comparisons()


class _Table:
    """Collects tasks: texts and prompts are numbered as they come, each content once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], int] = {}
        self.conversations: list[Conversation] = []
        self.prompts: dict[str, int] = {}
        self.groups: dict[int, str] = {}
        self.pairs: list[tuple[int, int, float, float, int, bool, int]] = []
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
        targets = list(_targets(task["posterior"], len(rows)))
        for (i, j), target in zip(combinations(rows, 2), targets, strict=True):
            if target is None:
                continue
            weight = 1 / (len(rows) - 1)
            held_out = task["split"] == "evaluation"
            self.pairs.append((i, j, target, weight, prompt, held_out, task["task"]))

    def _row(self, prompt: int, messages: tuple[Mapping[str, str], ...], text: str) -> int:
        row = self.rows.setdefault((prompt, text), len(self.rows))
        if row == len(self.conversations):
            self.conversations.append(Conversation(messages, text))
        return row

    def comparisons(self) -> Comparisons:
        columns = list(zip(*self.pairs, strict=True)) or [()] * 7
        first, second, target, weight, prompt, evaluation, task = columns
        return Comparisons(
            conversations=tuple(self.conversations),
            first=np.array(first, np.int64),
            second=np.array(second, np.int64),
            target=np.array(target, np.float64),
            weight=np.array(weight, np.float64),
            prompt=np.array(prompt, np.int64),
            evaluation=np.array(evaluation, np.bool_),
            task=np.array(task, np.int64),
            row_prompt=np.array([prompt for prompt, _ in self.rows], np.int64),
            groups=tuple(self.groups[prompt] for prompt in range(len(self.groups))),
            unlabelled=self.unlabelled,
        )


def _targets(posterior: Sequence[float | None], responses: int) -> Iterator[float | None]:
    """P(i over j) + P(tie) / 2 for every pair i < j of a flat posterior, three numbers a pair; None
    for a pair that nobody compared."""
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
        yield win + tie / 2
