"""How far raters agree: Krippendorff's α and raw agreement, each with a bootstrap interval.

Arrays in, numbers out. It does not know who the raters are, when they answered or where the answers
are kept, and it does not judge whether a value is good: preferences honestly given often reach no
more than 0.2 to 0.3.

A unit is whatever was judged (one pair of responses); `counts[u, v]` says how many raters gave unit
u the value v. Units judged once say nothing about agreement and are left out everywhere.
"""

from annotate.stats.reliability.between import (
    GroupAgreement,
    RaterPairs,
    group_agreement,
    rater_pairs,
)
from annotate.stats.reliability.chance import (
    ChanceCorrected,
    Weights,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
)
from annotate.stats.reliability.krippendorff import Level, alpha, alpha_of_coincidences
from annotate.stats.reliability.panels import (
    Concordance,
    concordance,
    kendall_w,
    mean_tau_b,
)
from annotate.stats.reliability.patterns import Counts, counts_of
from annotate.stats.reliability.rankings import ranking_alpha
from annotate.stats.reliability.raw import raw_agreement
from annotate.stats.reliability.reasons import (
    ALL_THE_SAME,
    ALL_TIED,
    CHANCE_IS_CERTAIN,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
    NOTHING_IN_COMMON,
    ONE_ITEM,
    ONE_RATER,
)

__all__ = [
    "ALL_THE_SAME",
    "ALL_TIED",
    "CHANCE_IS_CERTAIN",
    "NONE_JUDGED_TWICE",
    "NOTHING_IN_COMMON",
    "NO_ANSWERS",
    "ONE_ITEM",
    "ONE_RATER",
    "ChanceCorrected",
    "Concordance",
    "Counts",
    "GroupAgreement",
    "Level",
    "RaterPairs",
    "Weights",
    "alpha",
    "alpha_of_coincidences",
    "brennan_prediger",
    "cohen_kappa",
    "concordance",
    "counts_of",
    "fleiss_kappa",
    "group_agreement",
    "gwet_ac",
    "kendall_w",
    "mean_tau_b",
    "ranking_alpha",
    "rater_pairs",
    "raw_agreement",
]
