"""A rater in numbers: agreement with the others, confusions, side, ties, pace, change over time.

Arrays in, numbers out. It does not know who a rater is or what the right answers are: the
consensus may err, and a rater who sees more than the rest disagrees with it. Evidence for a manager
to look at, never a verdict.

The consensus held against a vote is what most of the others said on that unit, so that nobody
agrees with themselves. Where two outcomes share the others' lead there is no consensus, and the
vote is left out: half an agreement for everybody would only pull all raters towards the middle.
"""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import wilson
from annotate.stats.raters.votes import (
    FEWEST,
    NO_MAJORITY,
    OUTCOMES,
    Votes,
    others_majority,
    read_votes,
)

TOO_FEW_SHARED = (
    f"There are fewer than {FEWEST} pairs on which most of the other raters agree, "
    "too few to say how far this rater agrees with them."
)
TOO_FEW_CHOICES = f"There are fewer than {FEWEST} choices of a side, too few to see a preference."
TOO_FEW_ANSWERS = f"There are fewer than {FEWEST} answers, too few for a share."
TOO_FEW_DATED = (
    f"There are fewer than {FEWEST} dated answers to compare with the other raters', "
    "too few to see a change."
)


@dataclass(frozen=True, slots=True)
class RaterProfile:
    """One rater. Every share has Wilson's interval and is hidden, with the reason, below 30.

    `agreement`: the share of votes that are the others' majority. `confusion[3, 3]`: rows are what
    the others said, columns what this rater said. `left`: the share of left among choices of a
    side; `left_excess`: by how many standard errors it is above one half (below: negative), None
    where `left` is. `ties`: the share of ties. `median_seconds`: None where nothing was timed.
    `drift`: the agreement of the newer half of the votes less that of the older half; where few
    judge a unit, one rater who changes moves the others' consensus, and so their drift, too.
    """

    rater: int
    units: int
    agreement: Estimate
    confusion: IntArray
    left: Estimate
    left_excess: float | None
    ties: Estimate
    median_seconds: float | None
    drift: Estimate


@dataclass(frozen=True, slots=True)
class SelfConsistency:
    """How often a rater answers the same when asked again, and how often that would happen by
    chance at the shares of the rater's answers (None where nobody was asked again)."""

    rater: int
    same: Estimate
    by_chance: float | None


def rater_profiles(
    rater: IntArray,
    unit: IntArray,
    outcome: IntArray,
    *,
    left: IntArray,
    seconds: FloatArray,
    when: FloatArray,
) -> tuple[RaterProfile, ...]:
    """The profile of every rater, in ascending order of their numbers; arguments `[n]`, one a vote.

    `rater` and `unit` are any integers, `outcome` is 0 first wins, 1 tie, 2 second wins; `left` is
    the outcome (0 or 2) that would have meant "the left one"; `seconds` and `when` (days) are NaN
    where unknown. Of two votes by a rater on a unit the later counts. Raises ValueError for
    other outcomes or unequal lengths.
    """
    if not len(left) == len(seconds) == len(when) == len(rater):
        raise ValueError("Every vote needs a side, a time taken and a time, if only NaN.")
    votes = read_votes(rater, unit, outcome, when)
    sided, lefts = _sides(votes, left)
    size = len(votes.raters)
    majority = others_majority(votes)
    confusion = _confusions(votes, majority)
    units = np.bincount(votes.rater, minlength=size)
    halves = _agreement_by_half(votes, majority, when[votes.kept])
    medians = _medians(votes.rater, seconds[votes.kept], size)
    return tuple(
        RaterProfile(
            rater=int(votes.raters[i]),
            units=int(units[i]),
            agreement=_share(np.trace(confusion[i]), confusion[i].sum(), TOO_FEW_SHARED),
            confusion=confusion[i],
            left=_share(lefts[i], sided[i], TOO_FEW_CHOICES),
            left_excess=_excess(int(lefts[i]), int(sided[i])),
            ties=_share(units[i] - sided[i], units[i], TOO_FEW_ANSWERS),
            median_seconds=None if np.isnan(medians[i]) else float(medians[i]),
            drift=_drift(halves[i]),
        )
        for i in range(size)
    )


def self_consistency(
    rater: IntArray, first: IntArray, again: IntArray
) -> tuple[SelfConsistency, ...]:
    """Of repeated questions `[n]`: who was asked, the first answer and the repeated one.

    One row a rater in ascending order. By chance: Σ_k of the shares of k among the first and among
    the repeated answers, as in Cohen's κ. Raises ValueError for an outcome outside {0, 1, 2}.
    """
    if not np.isin(np.concatenate([first, again]), range(OUTCOMES)).all():
        raise ValueError("An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
    raters, index = np.unique(rater, return_inverse=True)
    cells = np.bincount((index * 3 + first) * 3 + again, minlength=9 * len(raters))
    tables = cells.reshape(-1, OUTCOMES, OUTCOMES)
    return tuple(
        SelfConsistency(
            int(number),
            wilson(int(np.trace(table)), int(table.sum())),
            float(table.sum(axis=0) @ table.sum(axis=1)) / float(table.sum()) ** 2,
        )
        for number, table in zip(raters, tables, strict=True)
    )


def _sides(votes: Votes, left: IntArray) -> tuple[IntArray, IntArray]:
    """How often each rater chose a side, and how often the left one, `[raters]` each."""
    if not np.isin(left, (0, 2)).all():
        raise ValueError("The left one is the first (0) or the second (2).")
    size = len(votes.raters)
    strict = votes.outcome != 1
    chosen = strict & (votes.outcome == left[votes.kept])
    sided = np.bincount(votes.rater[strict], minlength=size)
    return sided, np.bincount(votes.rater[chosen], minlength=size)


def _share(successes: int, n: int, reason: str) -> Estimate:
    if n < FEWEST:
        return Estimate(None, None, None, int(n), reason)
    return wilson(int(successes), int(n))


def _excess(lefts: int, n: int) -> float | None:
    return None if n < FEWEST else (lefts - n / 2) / (sqrt(n) / 2)


def _confusions(votes: Votes, majority: IntArray) -> IntArray:
    """`[raters, 3, 3]`: what the others said by what the rater said."""
    known = majority != NO_MAJORITY
    cell = (votes.rater[known] * OUTCOMES + majority[known]) * OUTCOMES + votes.outcome[known]
    cells = np.bincount(cell, minlength=len(votes.raters) * OUTCOMES**2)
    return cells.reshape(-1, OUTCOMES, OUTCOMES)


def _agreement_by_half(votes: Votes, majority: IntArray, when: FloatArray) -> IntArray:
    """Agreeing votes and votes of the older and of the newer half, `[raters, 2 halves, 2]`."""
    known = np.flatnonzero((majority != NO_MAJORITY) & ~np.isnan(when))
    ordered = known[np.lexsort((when[known], votes.rater[known]))]
    rater = votes.rater[ordered]
    n = np.bincount(rater, minlength=len(votes.raters))
    place = np.arange(len(rater)) - (np.cumsum(n) - n)[rater]
    half = rater * 2 + (place >= n[rater] // 2)
    agrees = votes.outcome[ordered] == majority[ordered]
    size = 2 * len(votes.raters)
    counted = [np.bincount(half[agrees], minlength=size), np.bincount(half, minlength=size)]
    return np.stack(counted, axis=-1).reshape(-1, 2, 2)


def _drift(halves: IntArray) -> Estimate:
    """The newer half's share less the older's, with Newcombe's interval of a difference.

    Method 10 of Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998), which joins the two Wilson intervals.
    """
    n = int(halves[:, 1].sum())
    if n < FEWEST:
        return Estimate(None, None, None, n, TOO_FEW_DATED)
    (old, old_n), (new, new_n) = halves.tolist()
    old_low, old_high = _limits(old, old_n)
    new_low, new_high = _limits(new, new_n)
    older, newer = old / old_n, new / new_n
    change = newer - older
    lower = change - hypot(newer - new_low, old_high - older)
    upper = change + hypot(new_high - newer, older - old_low)
    return Estimate(change, lower, upper, n)


def _limits(successes: int, n: int) -> tuple[float, float]:
    found = wilson(successes, n)
    assert found.lower is not None
    assert found.upper is not None
    return found.lower, found.upper


def _medians(rater: IntArray, seconds: FloatArray, size: int) -> FloatArray:
    """The median of each rater's times, `[raters]`; NaN where there is none."""
    timed = np.flatnonzero(~np.isnan(seconds))
    by_rater = timed[np.argsort(rater[timed], kind="stable")]
    ends = np.cumsum(np.bincount(rater[timed], minlength=size))
    of_raters = np.split(seconds[by_rater], ends[:-1])
    return np.array([np.median(times) if len(times) else np.nan for times in of_raters])
