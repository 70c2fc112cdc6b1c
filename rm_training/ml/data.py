"""Comparisons of responses as arrays: what every reward model learns from and is judged on.

It knows no model, no file and no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rm_training.ml.render import Conversation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


COLUMNS = (
    "first", "second", "target", "tie", "strength", "weight", "prompt", "evaluation", "task",
)  # fmt: skip
"""The fields of Comparisons that have a row a comparison."""


@dataclass(frozen=True)
class Comparisons:
    """n comparisons between rows of a table of m unique prompt-and-response texts.

    `first`, `second` [n]: rows of the two responses. `target` [n]: P(first over second), ties half.
    `tie` [n]: P(tie). `strength` [n]: the mean strength of the votes on the two, up to 3, for the
    first response above 0 and for the second below; 0 where nobody was asked for it. `weight` [n].
    `prompt` [n]: the prompt's index, `evaluation` [n]: whether it is held out.
    `task` [n]: the task's id. `row_prompt` [m]: the prompt's index of each row. `groups`: the group
    of each prompt, "" where it has none. `unlabelled`: tasks without a posterior.
    """

    conversations: tuple[Conversation, ...]
    first: Ints
    second: Ints
    target: Floats
    tie: Floats
    strength: Floats
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
        return replace(self, **{name: getattr(self, name)[kept] for name in COLUMNS})

    @property
    def outcomes(self) -> Floats:
        """P(first wins), P(tie), P(second wins), [n, 3]."""
        half = self.tie / 2
        return np.stack([self.target - half, self.tie, 1 - self.target - half], axis=1)

    def training(self) -> Comparisons:
        """The comparisons that a model may learn from."""
        return self.where(~self.evaluation)

    def held_out(self) -> Comparisons:
        """The comparisons of the evaluation prompts, which no model and no selection has seen."""
        return self.where(self.evaluation)


@dataclass(frozen=True)
class Dataset:
    """All comparisons of a snapshot, `overall` and by criterion, over one table of texts.

    A question that asks for no criteria is one itself, by its title. `criteria` is empty where
    there is only one: then it is what `overall` says.
    """

    overall: Comparisons
    criteria: Mapping[str, Comparisons]
