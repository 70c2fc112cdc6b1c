"""Which answers are right where the right one is known, and which two answers agree."""

from itertools import combinations, product
from typing import Any

import pytest

from annotate.questions import Answer, Spec
from annotate.questions.comparison import ComparisonSpec
from annotate.questions.known import correct, same
from annotate.questions.rating import Criterion, RatingSpec
from annotate.questions.revision import RevisionSpec
from annotate.questions.steps import StepsSpec

ALL = ComparisonSpec(strength=False, reasons=("tone",))
TOP = ComparisonSpec(strength=False, place="top", top_m=1)
SOME = ComparisonSpec(strength=False, place="some")
LIKERT = RatingSpec((Criterion("Helpful"), Criterion("Safe")), optional=True)
SLIDER = RatingSpec((Criterion("Helpful"),), minimum=0, maximum=50, slider=True)
STEPS = StepsSpec(separator="line")

X = None


def placed(spec: ComparisonSpec, ranks: list[int | None], **parts: object) -> Answer:
    return spec.validate([""] * len(ranks), {"ranks": ranks, **parts})


def rated(spec: RatingSpec, ratings: list[list[int | None]]) -> Answer:
    return spec.validate([""] * len(ratings), {"ratings": ratings})


@pytest.mark.parametrize(
    ("known", "given", "right"),
    [
        ([1, 2, 3], [1, 2, 3], True),
        ([1, 2, 3], [10, 20, 30], True),
        ([1, 2, 3], [1, 3, 2], False),
        ([1, 2, 3], [1, 2, 2], False),
        ([1, 2, 2], [1, 2, 2], True),
        ([1, 2, 2], [1, 2, 3], False),
        ([1, 1, 1], [2, 2, 2], True),
    ],
)
def test_every_place_counts_where_all_are_asked(
    known: list[int | None], given: list[int | None], right: bool
) -> None:
    assert correct(ALL, placed(ALL, known), placed(ALL, given)) is right
    assert same(ALL, placed(ALL, known), placed(ALL, given)) is right


@pytest.mark.parametrize(
    ("known", "given", "right"),
    [
        # What the known answer leaves out is not asked.
        ([1, 2, X], [1, 2, X], True),
        ([1, 2, X], [2, 3, 1], True),
        ([1, 2, X], [2, 1, 3], False),
        ([1, 1, X], [1, 1, 2], True),
        ([1, 1, X], [1, 2, 2], False),
        # What the given answer leaves out is wrong where it is asked.
        ([1, 2, 3], [1, 2, X], False),
        ([1, 2, X], [1, X, 2], False),
    ],
)
def test_of_a_partial_order_only_compared_pairs_count(
    known: list[int | None], given: list[int | None], right: bool
) -> None:
    assert correct(SOME, placed(SOME, known), placed(SOME, given)) is right


@pytest.mark.parametrize(
    ("known", "given", "right"),
    [
        ([1, X, X], [1, X, X], True),
        ([1, X, X], [X, 1, X], False),
        ([1, X, X], [1, 3, 2], True),
        ([1, X, X], [2, 1, 3], False),
        ([1, X, X], [1, 1, X], False),
        ([1, 2, X], [1, 2, 3], True),
        ([1, 2, X], [1, 3, 2], False),
        ([1, 2, 3], [1, 2, X], True),
        # The order among what is left out is unknown, which is no answer to what is known.
        ([1, 2, 3], [1, X, X], False),
        ([1, 2, 2], [1, X, X], False),
    ],
)
def test_what_is_left_out_of_the_best_is_below_them(
    known: list[int | None], given: list[int | None], right: bool
) -> None:
    assert correct(TOP, placed(TOP, known), placed(TOP, given)) is right


def test_of_all_weak_orders_of_three_only_the_known_one_is_right() -> None:
    orders = {placed(ALL, list(ranks)) for ranks in product((1, 2, 3), repeat=3)}
    assert len(orders) == 13
    for known in orders:
        assert [given for given in orders if correct(ALL, known, given)] == [known]


def test_strength_tags_marks_and_note_are_neither_right_nor_wrong() -> None:
    spec = ComparisonSpec(reasons=("tone",))
    known = placed(spec, [1, 2], strength=3, tags=["tone"], note="x", unacceptable=[False, True])
    given = placed(spec, [1, 2], strength=1)
    assert correct(spec, known, given) is True
    assert same(spec, known, given) is True


def test_every_criterion_must_be_right() -> None:
    spec = ComparisonSpec(strength=False, criteria=("Helpful", "Safe"))

    def answer(helpful: list[int], safe: list[int]) -> Answer:
        data = {"criteria": {"Helpful": {"ranks": helpful}, "Safe": {"ranks": safe}}}
        return spec.validate(["", ""], data)

    known = answer([1, 2], [2, 1])
    for other, right in (
        (answer([1, 2], [2, 1]), True),
        (answer([1, 2], [1, 2]), False),
        (answer([2, 1], [2, 1]), False),
        (answer([1, 2], [1, 1]), False),
    ):
        assert correct(spec, known, other) is right
        assert same(spec, known, other) is right


def test_a_pair_compared_once_only_is_no_agreement() -> None:
    once, twice = placed(SOME, [1, 2, X]), placed(SOME, [1, 2, 3])
    assert correct(SOME, once, twice) is True
    assert same(SOME, once, twice) is False
    assert same(SOME, twice, once) is False
    assert same(SOME, once, once) is True


def test_a_rating_is_right_within_one_point() -> None:
    known = rated(LIKERT, [[3, 3], [1, 5]])
    assert correct(LIKERT, known, rated(LIKERT, [[2, 4], [2, 4]])) is True
    assert correct(LIKERT, known, rated(LIKERT, [[3, 3], [3, 5]])) is False
    assert correct(LIKERT, known, rated(LIKERT, [[3, 3], [1, X]])) is False


def test_a_slider_is_right_within_a_tenth_of_its_range() -> None:
    known = rated(SLIDER, [[20]])
    for value, right in ((20, True), (25, True), (26, False), (15, True), (14, False)):
        assert correct(SLIDER, known, rated(SLIDER, [[value]])) is right


def test_a_rating_that_is_not_known_is_not_asked() -> None:
    known = rated(LIKERT, [[5, X], [X, X]])
    assert correct(LIKERT, known, rated(LIKERT, [[4, X], [1, 1]])) is True
    assert correct(LIKERT, rated(LIKERT, [[X, X], [X, X]]), known) is None


def test_two_ratings_agree_where_the_same_cells_are_filled_alike() -> None:
    a = rated(LIKERT, [[5, X], [1, 1]])
    assert same(LIKERT, a, rated(LIKERT, [[4, X], [2, 1]])) is True
    assert same(LIKERT, a, rated(LIKERT, [[3, X], [1, 1]])) is False
    fuller = rated(LIKERT, [[5, 5], [1, 1]])
    assert (same(LIKERT, a, fuller), same(LIKERT, fuller, a)) == (False, False)
    empty = rated(LIKERT, [[X, X], [X, X]])
    assert same(LIKERT, empty, empty) is None


@pytest.mark.parametrize(
    ("known", "given", "right"),
    [
        ([1, -1, 1], [0, -1, -1], True),
        ([1, -1, 1], [-1, -1, 1], False),
        ([1, -1, 1], [1, 1, 1], False),
        ([1, 1, 1], [1, 0, 1], True),
        ([1, 1, 1], [1, 1, -1], False),
    ],
)
def test_steps_are_right_where_the_first_wrong_one_is_the_same(
    known: list[int], given: list[int], right: bool
) -> None:
    a, b = (STEPS.validate(["1\n2\n3"], {"labels": labels}) for labels in (known, given))
    assert correct(STEPS, a, b) is right
    assert same(STEPS, a, b) is right


def test_a_revision_is_neither_right_nor_wrong() -> None:
    spec = RevisionSpec(critique=False)
    a, b = (spec.validate(["x"], {"text": text}) for text in ("y", "z"))
    assert correct(spec, a, b) is None
    assert same(spec, a, a) is None


def test_answers_of_another_kind_are_a_mistake_of_the_program() -> None:
    specs: list[tuple[Spec, Answer]] = [
        (ALL, placed(ALL, [1, 2])),
        (LIKERT, rated(LIKERT, [[1, 1]])),
        (STEPS, STEPS.validate([""], {"labels": [1]})),
        (RevisionSpec(), RevisionSpec().validate(["x"], {"text": "x"})),
    ]
    for (spec, answer), (_, other) in combinations(specs, 2):
        for judge in (correct, same):
            for a, b in ((answer, other), (other, answer), (other, other)):
                _expect_type_error(judge, spec, a, b)


def _expect_type_error(judge: Any, spec: Spec, a: Answer, b: Answer) -> None:
    with pytest.raises(TypeError, match="different kinds"):
        judge(spec, a, b)
