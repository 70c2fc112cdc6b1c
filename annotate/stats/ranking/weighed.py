"""Policies ranked where each rater counts by their reliability: Crowd-BT with policies as items.

Arrays in, estimates out. Beside the plain leaderboard it says how much of that is owed to raters
who guess or who like one side of the screen.
"""

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_bt import crowd_bt
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import Z95
from annotate.stats.ranking.davidson import outcome_probabilities
from annotate.stats.ranking.standings import NEVER_COMPARED


def weighed_win_rates(
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    rater: IntArray,
    shown_left: IntArray,
    *,
    component: IntArray,
) -> list[Estimate]:
    """Each policy's win rate against the average of those a chain of comparisons joins it with.

    The arguments are votes as for `crowd_bt`, of two different policies each; `component[policies]`
    numbers the groups that chains join. A tie is half a win. The 95 % interval is each policy's
    own, with the others' scores as they are, and takes votes as independent given their raters.
    """
    policies = len(component)
    fit = crowd_bt(
        first, second, outcome, rater, shown_left,
        items=policies, raters=int(rater.max(initial=-1)) + 1,
    )  # fmt: skip
    scores, log_tie = fit.parameters.scores, np.log([fit.parameters.tie])
    counts = np.bincount(np.append(first, second), minlength=policies)

    def rates(policy: int, others: IntArray) -> FloatArray:
        """At the score, and at both ends of its interval."""
        own = scores[policy] + Z95 * fit.score_se[policy] * np.array([[0.0], [-1.0], [1.0]])
        win, tie = outcome_probabilities(own - scores[others], log_tie)
        means: FloatArray = (win + tie / 2).mean(axis=1)
        return means

    def one(policy: int) -> Estimate:
        n = int(counts[policy])
        others = np.flatnonzero(component == component[policy])
        others = others[others != policy]
        if not len(others):
            return Estimate(None, None, None, n, NEVER_COMPARED)
        value, lower, upper = rates(policy, others).tolist()
        return Estimate(value, lower, upper, n)

    return [one(policy) for policy in range(policies)]
