"""Whether an answer is right, where the right one is known, and whether two answers agree.

It compares answers that were checked by the same spec. It does not know who gave them.
"""

from collections.abc import Iterator
from itertools import combinations

from annotate.questions import Answer, Spec
from annotate.questions.comparison import ComparisonAnswer, ComparisonSpec
from annotate.questions.placing import outcome
from annotate.questions.rating import RatingSpec
from annotate.questions.rating_answer import RatingAnswer
from annotate.questions.revision import RevisionAnswer, RevisionSpec
from annotate.questions.steps import StepsAnswer, StepsSpec

Both = Iterator[tuple[int | None, int | None]]

LIKERT_TOLERANCE = 1
"""Points by which a rating on buttons may miss the known one."""
SLIDER_SHARE = 10
"""A rating on a slider may miss the known one by the range over this."""


def correct(spec: Spec, known: Answer, given: Answer) -> bool | None:
    """Whether `given` is right; None where the known answer asks for nothing, as in a revision.

    Comparison: every pair that the known answer orders or ties, by any criterion, has the same
    outcome; strength, tags and marks don't count. With place "top", what is left out is below what
    is placed, in both answers. Rating: every rating that is known is met within one point, or
    within a tenth of a slider's range. Steps: the first wrong step is the same.
    """
    match spec, known, given:
        case ComparisonSpec(), ComparisonAnswer(), ComparisonAnswer():
            return all(a == b for a, b in _outcomes(known, given) if a is not None)
        case RatingSpec(), RatingAnswer(), RatingAnswer():
            cells = [(a, b) for a, b in _cells(known, given) if a is not None]
            return all(_close(spec, a, b) for a, b in cells) if cells else None
        case StepsSpec(), StepsAnswer(), StepsAnswer():
            return known.first_error == given.first_error
        case RevisionSpec(), RevisionAnswer(), RevisionAnswer():
            return None
        case _:
            raise TypeError("Spec and answers are of different kinds.")


def same(spec: Spec, a: Answer, b: Answer) -> bool | None:
    """Whether two answers to one task agree; None where that can't be said, as in a revision.

    Comparison: every pair has the same outcome by every criterion. Rating: as for a known answer,
    and no cell is empty in one only. Steps: the first wrong step is the same.
    """
    match spec, a, b:
        case ComparisonSpec(), ComparisonAnswer(), ComparisonAnswer():
            return all(first == second for first, second in _outcomes(a, b))
        case RatingSpec(), RatingAnswer(), RatingAnswer():
            cells = [both for both in _cells(a, b) if both != (None, None)]
            return all(_close(spec, *both) for both in cells) if cells else None
        case _:
            return correct(spec, a, b)


def _outcomes(a: ComparisonAnswer, b: ComparisonAnswer) -> Both:
    """What each answer says of every pair, by every criterion."""
    others = b.rankings()
    for name, ranks in a.rankings().items():
        for i, j in combinations(range(len(ranks)), 2):
            yield outcome(ranks[i], ranks[j]), outcome(others[name][i], others[name][j])


def _cells(a: RatingAnswer, b: RatingAnswer) -> Both:
    """Each answer's rating of every response by every criterion."""
    for row, other in zip(a.ratings, b.ratings, strict=True):
        yield from zip(row, other, strict=True)


def _close(spec: RatingSpec, a: int | None, b: int | None) -> bool:
    if a is None or b is None:
        return False
    if spec.slider:
        return SLIDER_SHARE * abs(a - b) <= spec.maximum - spec.minimum
    return abs(a - b) <= LIKERT_TOLERANCE
