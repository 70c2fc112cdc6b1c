"""The pairs that can be asked about: two responses of one prompt, and what is known of them.

It knows rows of the pool, not texts, policies or tasks, and it chooses nothing.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rm_training.acquisition.systematic import FloatArray, IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pool:
    """The responses that may be compared, one row each; all arrays have the same length n.

    A reward without all three numbers finite is not scored. `lower` and `upper` are the ends of the
    95 % interval of the champion's ensemble.
    """

    prompt: IntArray
    """Which prompt the response answers; any integers."""
    mean: FloatArray
    """The champion's reward, a log-odds scale: σ(difference) is the probability of preference."""
    lower: FloatArray
    upper: FloatArray
    age: IntArray
    """How many policy versions old the response is; 0 is the newest."""
    evaluation: BoolArray
    """Whether the prompt belongs to the evaluation split; the same for all its responses."""
    half_width: float = 1.96
    """Half of an interval's width in deviations of the champion's ensemble."""

    def __post_init__(self) -> None:
        columns = (self.mean, self.lower, self.upper, self.age, self.evaluation)
        if any(len(column) != len(self.prompt) for column in columns):
            raise ValueError("Every column of the pool must have one row a response.")
        if (self.lower > self.upper).any():
            raise ValueError("The lower end of an interval lies above its upper end.")

    @property
    def scored(self) -> BoolArray:
        """Whether each response has a reward with its interval, `[n]`."""
        return np.isfinite(self.mean) & np.isfinite(self.lower) & np.isfinite(self.upper)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs, one row each: rows `first` < `second` of the pool, their prompt and age.

    The age of a pair is the age of its newest response.
    """

    first: IntArray
    second: IntArray
    prompt: IntArray
    age: IntArray

    def __len__(self) -> int:
        return len(self.first)

    def where(self, keep: BoolArray) -> Self:
        """The pairs whose flag is set, `keep[pairs]`."""
        return type(self)(self.first[keep], self.second[keep], self.prompt[keep], self.age[keep])

    def newest_of_each_prompt(self) -> Self:
        """Only the pairs as new as the newest pair of their prompt."""
        if not len(self):
            return self
        prompts, index = np.unique(self.prompt, return_inverse=True)
        newest = np.full(len(prompts), np.iinfo(np.int64).max)
        np.minimum.at(newest, index, self.age)
        return self.where(self.age == newest[index])


def candidate_pairs(pool: Pool, taken: Set[tuple[int, int]]) -> Pairs:
    """All pairs of responses of one prompt but those in `taken` (rows of the pool, in any order).

    Raises ValueError where `taken` names a row that the pool doesn't have.
    """
    first, second = _within_prompts(pool.prompt)
    rows = len(pool.prompt)
    if any(min(pair) < 0 or max(pair) >= rows for pair in taken):
        raise ValueError("A taken pair names a row that is not in the pool.")
    taken_keys = [min(pair) * rows + max(pair) for pair in taken]
    free = ~np.isin(first * rows + second, np.array(taken_keys, dtype=np.int64))
    first, second = first[free], second[free]
    age = np.minimum(pool.age[first], pool.age[second])
    return Pairs(first, second, pool.prompt[first], age)


def _within_prompts(prompt: IntArray) -> tuple[IntArray, IntArray]:
    """Rows first < second of the same prompt, built at once for all prompts with as many rows."""
    order = np.argsort(prompt, kind="stable")
    bounds = np.flatnonzero(np.append(True, prompt[order][1:] != prompt[order][:-1]))
    sizes = np.diff(np.append(bounds, len(prompt)))
    none = np.empty(0, dtype=np.int64)
    firsts, seconds = [none], [none]
    for size in np.unique(sizes[sizes > 1]):
        rows = order[bounds[sizes == size][:, None] + np.arange(size)]
        i, j = np.triu_indices(size, k=1)
        firsts.append(rows[:, i].ravel())
        seconds.append(rows[:, j].ravel())
    return np.concatenate(firsts), np.concatenate(seconds)
