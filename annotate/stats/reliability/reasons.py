"""Why a coefficient has no value: sentences that a manager can read."""

NO_ANSWERS = "Nothing has been judged yet."
NONE_JUDGED_TWICE = "No pair has been judged by two raters yet, so there is nothing to compare."
ALL_THE_SAME = (
    "Every answer is the same, so agreement can't be told from chance: "
    "α needs at least two different answers."
)
CHANCE_IS_CERTAIN = "Every answer is the same, so agreement can't be told from chance."
NOTHING_IN_COMMON = "The two have judged nothing in common yet, so there is nothing to compare."
ONE_RATER = "Fewer than two raters have ranked these, so there is nothing to compare."
ONE_ITEM = "Fewer than two responses were ranked, so there is no order to agree on."
ALL_TIED = (
    "Fewer than two raters put anything before anything else, so there is no order to compare."
)
