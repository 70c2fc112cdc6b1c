"""What a rating may ask, which answers it takes, and the ranks they imply."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions import parse
from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.placing import outcome
from annotate.questions.rating import Criterion, RatingSpec
from annotate.questions.rating_answer import Mark, RatingAnswer, implied_ranks

HELP = {"name": "Helpful", "about": "Does it do what was asked?"}
SPEC = RatingSpec(
    criteria=(Criterion("Helpful"), Criterion("Safe")), marks=("false", "rude"), low="bad"
)
TEXTS = ("Paris 🎉", "Lyon")
GOOD = [[5, 4], [1, 4]]


def refusal(data: object, spec: RatingSpec = SPEC) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        spec.validate(TEXTS, data)
    return refused.value


def mark(**parts: object) -> dict[str, object]:
    whole = {"response": 0, "category": "false", "start": 0, "end": 5, "note": "It is not."}
    return {**whole, **parts}


def test_a_spec_survives_json() -> None:
    assert RatingSpec.from_json(SPEC.to_json()) == SPEC
    assert parse("rating", {"criteria": [HELP]}) == RatingSpec((Criterion(**HELP),))


def test_a_spec_needs_criteria() -> None:
    with pytest.raises(InvalidSpec) as refused:
        RatingSpec.from_json({})
    assert refused.value.field == "criteria"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("criteria", []),
        ("criteria", None),
        ("criteria", "Helpful"),
        ("criteria", ["Helpful"]),
        ("criteria", [None]),
        ("criteria", [{}]),
        ("criteria", [{"about": "no name"}]),
        ("criteria", [{"name": " "}]),
        ("criteria", [{"name": "x" * 61}]),
        ("criteria", [{"name": "x" * 1_000_000}]),
        ("criteria", [{"name": 5}]),
        ("criteria", [{"name": "a\0b"}]),
        ("criteria", [{"name": "a", "about": "x" * 501}]),
        ("criteria", [{"name": "a", "about": None}]),
        ("criteria", [{"name": "a", "weight": 1}]),
        ("criteria", [HELP, HELP]),
        ("criteria", [{"name": f"{n}"} for n in range(13)]),
        ("criteria", [{"name": f"{n}"} for n in range(200)]),
        ("k_max", 0),
        ("k_max", 17),
        ("k_max", True),
        ("minimum", 5),
        ("minimum", -101),
        ("minimum", 1.0),
        ("minimum", float("nan")),
        ("minimum", False),
        ("maximum", 101),
        ("maximum", 1),
        ("maximum", 12),
        ("maximum", None),
        ("low", "x" * 61),
        ("low", None),
        ("high", "\ud800"),
        ("high", 5),
        ("slider", 1),
        ("optional", "no"),
        ("note", None),
        ("marks", "false"),
        ("marks", [""]),
        ("marks", ["same", "same"]),
        ("marks", [f"category {n}" for n in range(21)]),
        ("prompt", " "),
        ("prompt", "x" * 501),
        ("scale", 5),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSpec) as refused:
        RatingSpec.from_json({"criteria": [HELP], field: value})
    # The two ends of the scale are at odds with each other: the upper one is named.
    assert refused.value.field == ("maximum" if (field, value) == ("minimum", 5) else field)
    assert refused.value.message.endswith(".")


def test_a_criterion_that_is_no_criterion_is_refused_in_python_too() -> None:
    with pytest.raises(InvalidSpec, match="criteria"):
        RatingSpec(({"name": "Helpful"},))  # type: ignore[arg-type]  # what is refused here


def test_settings_at_their_bounds_are_taken() -> None:
    data: dict[str, Any] = {
        "criteria": [{"name": f"{n:060}", "about": "x" * 500} for n in range(12)],
        "k_max": 16,
        "minimum": -5,
        "marks": [f"{n:060}" for n in range(20)],
        "high": "x" * 60,
        "prompt": "x" * 500,
    }
    spec = RatingSpec.from_json(data)
    assert (len(spec.criteria), spec.k_range, len(spec.marks)) == (12, (1, 16), 20)


def test_a_slider_has_more_points_than_buttons() -> None:
    slider = RatingSpec.from_json(
        {"criteria": [HELP], "minimum": -100, "maximum": 100, "slider": True}
    )
    assert (slider.minimum, slider.maximum) == (-100, 100)
    with pytest.raises(InvalidSpec, match="201 points are too many"):
        replace(slider, slider=False)


def test_a_full_answer_is_kept_whole() -> None:
    data = {
        "ratings": GOOD,
        "marks": [mark(), mark(response=1, category="rude", start=None, end=None, note=None)],
        "note": "No source.",
    }
    assert SPEC.validate(TEXTS, data) == RatingAnswer(
        ranks=(1, 2),
        strength=None,
        unacceptable=None,
        tags=(),
        note="No source.",
        criteria=("Helpful", "Safe"),
        ratings=((5, 4), (1, 4)),
        marks=(Mark(0, "false", 0, 5, "It is not."), Mark(1, "rude", None, None, "")),
    )


def test_scores_are_the_columns_of_the_ratings() -> None:
    answer = SPEC.validate(TEXTS, {"ratings": GOOD})
    assert answer.scores() == {"Helpful": (5, 1), "Safe": (4, 4)}


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        (None, "each of the 2"),
        ({}, "each of the 2"),
        ([], "each of the 2"),
        ([[1, 2]], "each of the 2"),
        ([[1, 2], [1]], "2 ratings"),
        ([[1, 2], [1, 2, 3]], "2 ratings"),
        ([[1, 2], None], "2 ratings"),
        ([[1, 2], "12"], "2 ratings"),
        ([[1, None], [None, 1]], "2 of 4"),
        ([[1, 2], [0, 1]], "from 1 to 5"),
        ([[1, 2], [6, 1]], "from 1 to 5"),
        ([[1, 2], [True, 1]], "from 1 to 5"),
        ([[1, 2], [2.0, 1]], "from 1 to 5"),
        ([[1, 2], [float("nan"), 1]], "from 1 to 5"),
        ([[1, 2], ["3", 1]], "from 1 to 5"),
        ([[1, 2], [[3], 1]], "from 1 to 5"),
        ([[1, 2], [{}, 10**5000]], "from 1 to 5"),
    ],
)
def test_ratings_that_are_not_a_number_a_cell_are_refused(ratings: object, words: str) -> None:
    refused = refusal({"ratings": ratings})
    assert refused.field == "ratings"
    assert words in refused.message


def test_an_empty_cell_is_taken_where_it_may_be_empty() -> None:
    answer = replace(SPEC, optional=True).validate(TEXTS, {"ratings": [[None, 5], [2, None]]})
    assert answer.ratings == ((None, 5), (2, None))
    assert answer.ranks == (0, 0)


def test_one_response_is_the_first_of_one() -> None:
    spec = replace(SPEC, optional=True)
    for row in ([1, 2], [None, None]):
        assert spec.validate(["x"], {"ratings": [row]}).ranks == (1,)


def test_equal_means_are_a_tie_and_the_highest_is_the_best() -> None:
    assert implied_ranks([(1, 4), (5, 5), (3, 2), (-3, 0)]) == (2, 1, 2, 3)


@settings(deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.tuples(*[st.integers(-9, 9)] * n), min_size=2, max_size=6)
    )
)
def test_implied_ranks_order_every_pair_by_the_exact_means(rows: list[tuple[int, ...]]) -> None:
    ranks = implied_ranks(rows)
    assert set(ranks) == set(range(1, max(ranks) + 1))
    means = [Fraction(sum(row), len(row)) for row in rows]
    for (a, mean_a), (b, mean_b) in combinations(zip(ranks, means, strict=True), 2):
        assert outcome(a, b) == (mean_a < mean_b) - (mean_a > mean_b)


def test_offsets_count_characters_not_bytes() -> None:
    (last,) = SPEC.validate(TEXTS, {"ratings": GOOD, "marks": [mark(start=6, end=7)]}).marks
    assert TEXTS[0][last.start : last.end] == "🎉"
    assert refusal({"ratings": GOOD, "marks": [mark(start=6, end=8)]}).field == "marks"


@pytest.mark.parametrize(
    "marks",
    [
        {},
        "false",
        [None],
        [[]],
        [{}],
        [mark(colour="red")],
        [mark(response=2)],
        [mark(response=-1)],
        [mark(response=None)],
        [mark(response=True)],
        [mark(response=0.0)],
        [mark(category="wrong")],
        [mark(category=["false"])],
        [mark(category=None)],
        [mark(start=None)],
        [mark(end=None)],
        [mark(start=3, end=3)],
        [mark(start=4, end=3)],
        [mark(start=-1)],
        [mark(start=False)],
        [mark(end=8)],
        [mark(response=1, end=5)],
        [mark(start=0.0)],
        [mark(end=float("nan"))],
        [mark(note="x" * 2001)],
        [mark(note="a\0b")],
        [mark(note=5)],
        [mark()] * 501,
    ],
)
def test_marks_outside_the_text_or_the_list_are_refused(marks: object) -> None:
    refused = refusal({"ratings": GOOD, "marks": marks})
    assert refused.field == "marks"
    assert refused.message.endswith(".")


def test_as_many_and_as_long_marks_as_allowed_are_taken() -> None:
    answer = SPEC.validate(TEXTS, {"ratings": GOOD, "marks": [mark(note="x" * 2000)] * 500})
    assert len(answer.marks) == 500


def test_a_mark_is_refused_where_there_is_no_category() -> None:
    spec = replace(SPEC, marks=())
    assert refusal({"ratings": GOOD, "marks": [mark()]}, spec).field == "marks"
    assert spec.validate(TEXTS, {"ratings": GOOD, "marks": []}).marks == ()


def test_an_unknown_part_is_refused_by_its_name() -> None:
    assert refusal({"ratings": GOOD, "ranks": [1, 2]}).field == "ranks"


def test_a_note_nobody_asked_for_is_refused() -> None:
    assert refusal({"ratings": GOOD, "note": "x"}, replace(SPEC, note=False)).field == "note"


@pytest.mark.parametrize("k", [0, 17])
def test_a_task_no_rating_is_for_takes_no_answer(k: int) -> None:
    with pytest.raises(InvalidAnswer, match="1 to 16 responses"):
        SPEC.validate(["x"] * k, {"ratings": [[1, 1]] * k})
