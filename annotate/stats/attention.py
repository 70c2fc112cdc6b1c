"""Signs that somebody doesn't read: evidence for a manager to look at, never a verdict.

Arrays in, numbers out. It does not know tasks, people or what anybody answered rightly.
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import wilson

FASTEST_READING = 900.0
"""Words a minute. Adults read 238 on average (Brysbaert, "How many words do we read per minute?",
Journal of Memory and Language 109, 2019); at nearly four times that nobody has read all of it."""


@dataclass(frozen=True, slots=True)
class Run:
    """The longest run of one choice: how long, of what, and how likely a run of at least that
    length is when each answer is drawn by itself at the shares this rater has."""

    length: int
    choice: int
    n: int
    probability: float


def too_fast(active_seconds: FloatArray, words: IntArray) -> Estimate:
    """The share of answers given faster than their words can be read, `[answers]` each.

    Answers without a time (NaN) are left out.
    """
    timed = ~np.isnan(active_seconds)
    shortest = words[timed] / FASTEST_READING * 60
    return wilson(int((active_seconds[timed] < shortest).sum()), int(timed.sum()))


def longest_run(choices: IntArray) -> Run | None:
    """The longest run in `choices` [answers], in the order they were given; None where empty.

    The probability is exact for independent draws of the run's choice at its share: the complement
    of the chance that n Bernoulli trials hold no run of that length (Feller, An Introduction to
    Probability Theory, volume 1, section XIII.7).
    """
    n = len(choices)
    if not n:
        return None
    starts = np.flatnonzero(np.r_[True, choices[1:] != choices[:-1]])
    lengths = np.diff(np.r_[starts, n])
    longest = int(np.argmax(lengths))
    length, choice = int(lengths[longest]), int(choices[starts[longest]])
    share = float(np.mean(choices == choice))
    return Run(length, choice, n, run_probability(n, length, share))


def run_probability(n: int, length: int, share: float) -> float:
    """P(at least one run of `length` successes in n Bernoulli trials of probability `share`).

    Raises ValueError for length < 1.
    """
    if length < 1:
        raise ValueError("A run has at least one answer.")
    if length > n:
        return 0.0
    # reached[i]: P(the first run of that length ends at trial i); each is preceded by a failure.
    first = np.zeros(n + 1)
    first[length] = share**length
    total = first[length]
    for i in range(length + 1, n + 1):
        first[i] = (1 - first[: i - length].sum()) * (1 - share) * share**length
        total += first[i]
    return float(min(1.0, total))
