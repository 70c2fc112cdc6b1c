"""What the raters of a task say together: by majority, and by models that know the raters.

The models are imported from their own modules (`dawid_skene`, `crowd_bt`, `crowd_outcomes`,
`calibration`): they load scipy, which whoever counts votes doesn't need.
"""

from annotate.stats.consensus.majority import disagreement, entropy, smoothed_majority
from annotate.stats.consensus.outcomes import (
    BELOW,
    MISSING,
    NOT_COMPARED,
    pair_outcomes,
    step_outcomes,
)

__all__ = [
    "BELOW",
    "MISSING",
    "NOT_COMPARED",
    "disagreement",
    "entropy",
    "pair_outcomes",
    "smoothed_majority",
    "step_outcomes",
]
