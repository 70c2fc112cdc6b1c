"""What a project's raters mean together: a posterior over the outcomes of every unit.

Where enough pairs were judged more than once, the posterior knows what each rater confuses (Dawid
and Skene's model, docs/decisions/0016); before, and for the steps of solutions, every vote weighs
alike. People's votes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.models import Project
from annotate.queries.votes import UnitVotes, load_unit_votes
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import MISSING, smoothed_majority
from annotate.stats.consensus.dawid_skene import DawidSkene, dawid_skene

BoolArray = NDArray[np.bool_]
OUTCOMES = 3
FEWEST_TWICE = 200
"""Units judged twice from which the raters' reliabilities are estimated: below, with few votes a
rater, they would make posteriors too sure (a judgement)."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What is known of the raters of pairs: `fit` of the `raters` (ids, ascending), or None where
    every vote weighs alike. `reason` is a sentence."""

    raters: IntArray
    fit: DawidSkene | None
    reason: str

    def posterior(self, rater: Sequence[int], outcomes: IntArray) -> FloatArray:
        """Of pairs that `rater[n]` judged as `outcomes[n, units]` (−1: not), `[units, 3]`. A rater
        who is new errs like the others together."""
        said = outcomes[:, :, None] == np.arange(OUTCOMES)
        if self.fit is None:
            return smoothed_majority(said.sum(axis=0).astype(np.float64))
        return self.fit.posterior_of_votes(self._places(rater), outcomes)

    def _places(self, rater: Sequence[int]) -> IntArray:
        place = np.searchsorted(self.raters, rater)
        known = place < len(self.raters)
        known[known] = self.raters[place[known]] == np.asarray(rater)[known]
        return np.where(known, place, MISSING)


@dataclass(frozen=True, slots=True)
class Consensus:
    """`counts[units, 3]` votes and `posterior[units, 3]` of all units of `votes`, and how reliable
    their raters are."""

    votes: UnitVotes
    counts: IntArray
    posterior: FloatArray
    reliability: Reliability


def consensus_of(project: Project) -> Consensus:
    return consensus_of_votes(load_unit_votes(project)[0])


def consensus_of_votes(votes: UnitVotes) -> Consensus:
    counts = counts_of_units(votes)
    posterior = smoothed_majority(counts.astype(np.float64))
    return Consensus(votes, counts, posterior, _weighed(votes, counts, posterior))


def counts_of_units(votes: UnitVotes, taken: BoolArray | None = None) -> IntArray:
    """Votes by outcome of every unit of every task, `[units in all, 3]`; of the rows `taken`."""
    size = int(votes.units.sum())
    cell = votes.place * OUTCOMES + votes.outcome
    cell = cell if taken is None else cell[taken]
    return np.bincount(cell, minlength=OUTCOMES * size).reshape(size, OUTCOMES)


def _weighed(votes: UnitVotes, counts: IntArray, posterior: FloatArray) -> Reliability:
    """How reliable the raters of pairs are, whose posteriors it brings up to date."""
    pairs = votes.left != MISSING
    units, unit = np.unique(votes.place[pairs], return_inverse=True)
    raters, rater = np.unique(votes.rater[pairs], return_inverse=True)
    twice = int((counts[units].sum(axis=1) >= 2).sum())
    if twice < FEWEST_TWICE:
        return Reliability(raters, None, _too_few(twice))
    fit = dawid_skene(
        unit,
        rater,
        votes.outcome[pairs],
        tasks=len(units),
        raters=len(raters),
        labels=OUTCOMES,
        model="full",
        # The order of a pair's responses is that of their digests, which means nothing.
        mirrored=True,
    )
    posterior[units] = fit.posterior
    return Reliability(
        raters, fit, f"The votes of {len(raters)} raters count by what each of them confuses."
    )


def _too_few(twice: int) -> str:
    return (
        f"Every vote counts alike: {twice} pairs were judged twice, and from {FEWEST_TWICE} on "
        "the raters' reliabilities can be estimated."
    )
