"""What a project's raters mean together: a posterior over the outcomes of every unit.

Where enough pairs were judged more than once, the posterior knows what each rater confuses (Dawid
and Skene's model, docs/decisions/0016); before, and for the steps of solutions, every vote weighs
alike. People's votes alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.models import Project, Reliability
from annotate.queries.votes import UnitVotes, load_unit_votes
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import MISSING, smoothed_majority
from annotate.stats.consensus.dawid_skene import Errors, dawid_skene

BoolArray = NDArray[np.bool_]
OUTCOMES = 3
DOUBLED = 2
"""Times the votes must grow until the estimate begins from nothing, so that a poor start can't
stay for good."""
FEWEST_TWICE = 200
"""Units judged twice from which the raters' reliabilities are estimated: below, with few votes a
rater, they would make posteriors too sure (a judgement)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How votes on pairs weigh: by the `errors` of the `raters` (ids, ascending, one a matrix), or
    all alike where these are None. `reason` is a sentence."""

    raters: IntArray
    errors: Errors | None
    reason: str

    def posterior(
        self, unit: IntArray, rater: IntArray, outcome: IntArray, units: int
    ) -> FloatArray:
        """Of pairs from their votes, `[n]` each and `rater` an id, to `[units, 3]`. A rater who is
        new errs like the others together."""
        if self.errors is None:
            cells = np.bincount(unit * OUTCOMES + outcome, minlength=OUTCOMES * units)
            return smoothed_majority(cells.reshape(units, OUTCOMES).astype(np.float64))
        return self.errors.posterior(unit, self._places(rater), outcome, tasks=units)

    def _places(self, rater: IntArray) -> IntArray:
        place = np.searchsorted(self.raters, rater)
        known = place < len(self.raters)
        known[known] = self.raters[place[known]] == rater[known]
        return np.where(known, place, MISSING)


@dataclass(frozen=True, slots=True)
class Consensus:
    """`counts[units, 3]` votes and `posterior[units, 3]` of all units of `votes`, and how the votes
    weighed."""

    votes: UnitVotes
    counts: IntArray
    posterior: FloatArray
    weights: Weights


def weights_of(known: Reliability) -> Weights:
    """As they are stored."""
    confusion = np.array(known.confusion).reshape(-1, OUTCOMES, OUTCOMES)
    raters = np.array(known.raters[: len(confusion)], dtype=np.int64)
    errors = Errors(confusion, np.array(known.class_prior)) if len(confusion) else None
    return Weights(raters, errors, known.reason)


def start_of(known: Reliability | None, judgments: int) -> Weights | None:
    """What the estimate from so many judgments begins with; None where that is nothing."""
    if known is None or judgments >= DOUBLED * known.from_scratch:
        return None
    return weights_of(known)


def consensus_of(project: Project) -> Consensus:
    """From all votes as they are now; where the worker has estimated, it goes on from there."""
    votes = load_unit_votes(project)
    known = Reliability.objects.filter(project=project).first()
    return estimated(votes, start_of(known, len(np.unique(votes.judgment))))


def estimated(votes: UnitVotes, before: Weights | None = None) -> Consensus:
    """How the votes weigh is estimated from all of them, starting from what was known `before`."""
    counts = counts_of_units(votes)
    units, unit, rater, outcome = _pairs(votes)
    twice = int((counts[units].sum(axis=1) >= 2).sum())
    raters, number = np.unique(rater, return_inverse=True)
    posterior = smoothed_majority(counts.astype(np.float64))
    if twice < FEWEST_TWICE:
        return Consensus(votes, counts, posterior, Weights(raters, None, _too_few(twice)))
    fit = dawid_skene(
        unit,
        number,
        outcome,
        tasks=len(units),
        raters=len(raters),
        labels=OUTCOMES,
        model="full",
        # The order of a pair's responses is that of their digests, which means nothing.
        mirrored=True,
        warm=None if before is None else before.posterior(unit, rater, outcome, len(units)),
    )
    posterior[units] = fit.posterior
    reason = f"The votes of {len(raters)} raters count by what each of them confuses."
    return Consensus(votes, counts, posterior, Weights(raters, fit.errors, reason))


def weighed(votes: UnitVotes, weights: Weights) -> Consensus:
    """How the votes weigh is known; they may be those of a few tasks."""
    counts = counts_of_units(votes)
    posterior = smoothed_majority(counts.astype(np.float64))
    units, unit, rater, outcome = _pairs(votes)
    posterior[units] = weights.posterior(unit, rater, outcome, len(units))
    return Consensus(votes, counts, posterior, weights)


def counts_of_units(votes: UnitVotes, taken: BoolArray | None = None) -> IntArray:
    """Votes by outcome of every unit of every task, `[units in all, 3]`; of the rows `taken`."""
    size = int(votes.units.sum())
    cell = votes.place * OUTCOMES + votes.outcome
    cell = cell if taken is None else cell[taken]
    return np.bincount(cell, minlength=OUTCOMES * size).reshape(size, OUTCOMES)


def _pairs(votes: UnitVotes) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The places of the units that are pairs, and of each vote on one the number of its unit among
    these, the rater and the outcome."""
    pairs = votes.left != MISSING
    units, unit = np.unique(votes.place[pairs], return_inverse=True)
    return units, unit, votes.rater[pairs], votes.outcome[pairs]


def _too_few(twice: int) -> str:
    return (
        f"Every vote counts alike: {twice} pairs were judged twice, and from {FEWEST_TWICE} on "
        "the raters' reliabilities can be estimated."
    )
