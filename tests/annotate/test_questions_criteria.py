"""Comparisons by more than one criterion."""

from dataclasses import replace
from typing import Any

import pytest

from annotate.questions.comparison import ComparisonAnswer, ComparisonSpec, Order
from annotate.questions.errors import InvalidAnswer

TWO = ComparisonSpec(criteria=("Helpful", "Safe"), reasons=("tone",))
PAIR = {"Safe": {"ranks": [2, 1], "strength": 3}, "Helpful": {"ranks": [1, 5], "strength": 1}}


def validate(data: object, spec: ComparisonSpec = TWO, k: int = 2) -> ComparisonAnswer:
    return spec.validate([""] * k, data)


def refusal(data: object, spec: ComparisonSpec = TWO, k: int = 2) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        validate(data, spec, k)
    return refused.value


def test_every_criterion_has_its_order_and_the_first_one_leads() -> None:
    answer = validate({"criteria": PAIR, "tags": ["tone"], "note": "Both are short."})
    assert answer == ComparisonAnswer(
        ranks=(1, 2),
        strength=1,
        unacceptable=(False, False),
        tags=("tone",),
        note="Both are short.",
        criteria=(Order("Helpful", (1, 2), 1), Order("Safe", (2, 1), 3)),
    )
    assert answer.rankings() == {"Helpful": (1, 2), "Safe": (2, 1)}


def test_the_own_part_of_an_answer_is_its_orders() -> None:
    assert validate({"criteria": PAIR}).to_json() == {
        "criteria": {
            "Helpful": {"ranks": [1, 2], "strength": 1},
            "Safe": {"ranks": [2, 1], "strength": 3},
        }
    }


def test_without_criteria_there_is_one_order_and_nothing_else_to_store() -> None:
    answer = validate({"ranks": [2, 1], "strength": 1}, ComparisonSpec())
    assert answer.rankings() == {"": (2, 1)}
    assert answer.to_json() == {}


@pytest.mark.parametrize(("part", "value"), [("ranks", [1, 2]), ("strength", 1), ("ranks", [])])
def test_an_order_without_a_criterion_is_refused_where_there_are_some(
    part: str, value: object
) -> None:
    assert refusal({"criteria": PAIR, part: value}).field == part
    assert validate({"criteria": PAIR, part: None}).ranks == (1, 2)


@pytest.mark.parametrize("criteria", [PAIR, {}, [], "Safe"])
def test_criteria_are_refused_where_there_are_none(criteria: object) -> None:
    data = {"ranks": [1, 2], "strength": 1, "criteria": criteria}
    assert refusal(data, ComparisonSpec()).field == "criteria"


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (None, "each of: Helpful, Safe"),
        ([], "each of: Helpful, Safe"),
        ([PAIR], "each of: Helpful, Safe"),
        ({**PAIR, "Short": {"ranks": [1, 2]}}, "each of: Helpful, Safe"),
        ({}, "by Helpful, Safe too"),
        ({"Helpful": PAIR["Helpful"]}, "by Safe too"),
        ({**PAIR, "Safe": None}, "Safe: Send an object"),
        ({**PAIR, "Safe": [1, 2]}, "Safe: Send an object"),
        ({**PAIR, "Safe": {"ranks": [1, 2], "note": ""}}, "Safe: An answer has no such part"),
        ({**PAIR, "Safe": {"ranks": [1, None]}}, "Safe: Place every response"),
        ({**PAIR, "Safe": {"ranks": [1, 2]}}, "Safe: Say how much better"),
        ({**PAIR, "Safe": {"ranks": [1, 1], "strength": 1}}, "Safe: A tie"),
        ({**PAIR, "Safe": {"ranks": [1, float("nan")], "strength": 1}}, "Safe: A place"),
        ({**PAIR, "Safe": {"ranks": [{}, {}], "strength": 1}}, "Safe: A place"),
    ],
)
def test_an_order_that_is_missing_or_wrong_is_refused_by_its_criterion(
    criteria: object, words: str
) -> None:
    refused = refusal({"criteria": criteria})
    assert refused.field == "criteria"
    assert words in refused.message


def test_places_are_left_out_by_criterion() -> None:
    spec = replace(TWO, place="some")
    criteria = {"Helpful": {"ranks": [1, None, 1]}, "Safe": {"ranks": [None, 2, 1]}}
    assert validate({"criteria": criteria}, spec, 3).rankings() == {
        "Helpful": (1, 0, 1),
        "Safe": (0, 2, 1),
    }
    criteria["Safe"] = {"ranks": [None, None, 1]}
    assert "Safe: Place at least 2" in refusal({"criteria": criteria}, spec, 3).message


def test_only_the_leading_criterion_keeps_bad_below_good() -> None:
    data: dict[str, Any] = {"criteria": PAIR, "unacceptable": [False, True]}
    assert validate(data).unacceptable == (False, True)
    assert refusal({**data, "unacceptable": [True, False]}).field == "unacceptable"


def test_ties_are_refused_in_every_criterion_where_the_question_has_none() -> None:
    spec = replace(TWO, ties=False)
    tied: dict[str, Any] = {**PAIR, "Safe": {"ranks": [1, 1]}}
    assert "Safe: This question has no ties" in refusal({"criteria": tied}, spec).message


def test_a_stored_answer_has_its_criteria_in_the_order_of_the_spec() -> None:
    answer = validate({"criteria": PAIR})
    safe, helpful = ({"ranks": [2, 1], "strength": 3}, {"ranks": [1, 2], "strength": 1})
    stored = {"criteria": {"Safe": safe, "Helpful": helpful}}
    assert TWO.answer_from([1, 2], 1, [False, False], [], "", stored) == answer
