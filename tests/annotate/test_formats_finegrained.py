"""The fine-grained form: feedback on answers to questions as marks, ranks and what is kept."""

from __future__ import annotations

import io
import json
from itertools import combinations, product
from typing import Any

import pytest

from annotate.formats import BadLine, Record, Vote, read

FEEDBACK = {
    "errors": [{"error type": "Irrelevant", "explanation": "Off.", "start": 4, "end": 9}],
    "missing-info": [{"error type": "Missing-Answer", "passage_id": 2, "sentence_id": [1, 3]}],
    "corrected-prediction": "It came out in 2018.",
}
ROW = {
    "question": "When did it come out?",
    "passages": [["Bloom", "It is an album.", "It is from 2018."], ["Sivan"]],
    "gold": "In 2018.",
    **{f"prediction {number}": f"The album {number}" for number in range(1, 5)},
    "feedback": FEEDBACK,
    "preference": [0, 1, 1, 1, 1, 2],
}


def item(row: dict[str, Any]) -> Record | BadLine:
    (found,) = read(io.BytesIO(json.dumps(row).encode()), name="qa", format="finegrained")
    return found


def record(row: dict[str, Any]) -> Record:
    found = item(row)
    assert isinstance(found, Record), found
    return found


def reason(row: dict[str, Any]) -> str:
    found = item(row)
    assert isinstance(found, BadLine), found
    return found.reason


def test_question_and_numbered_passages_are_the_prompt_and_predictions_the_responses() -> None:
    found = record(ROW)
    prompt = (
        "Question: When did it come out?\n\nPassages:\n\n"
        "[1] Bloom\nIt is an album. It is from 2018.\n\n[2] Sivan\n"
    )
    assert list(found.messages) == [{"role": "user", "content": prompt}]
    assert [one.text for one in found.responses] == [f"The album {n}" for n in range(1, 5)]


def test_the_feedback_is_a_vote_with_marks_on_the_first_prediction() -> None:
    marks = [
        {"response": 0, "category": "Irrelevant", "start": 4, "end": 9, "note": "Off."},
        {
            "response": 0,
            "category": "Missing-Answer",
            "start": None,
            "end": None,
            "note": '{"passage_id":2,"sentence_id":[1,3]}',
        },
    ]
    expected = Vote("recorded", (), None, None, None, None, {"marks": marks}, (), "")
    assert record(ROW).votes == (expected,)


def test_what_is_neither_shown_nor_marked_is_kept() -> None:
    found = record({**ROW, "id": 7, "group": "qa", "source": "web"})
    assert (found.key, found.group) == ("7", "qa")
    assert found.meta == {
        "passages": ROW["passages"],
        "gold": "In 2018.",
        "preference": [0, 1, 1, 1, 1, 2],
        "corrected-prediction": "It came out in 2018.",
        "source": "web",
    }


PAIRS = list(combinations(range(4), 2))


@pytest.mark.parametrize("ranks", list(product(range(1, 5), repeat=4)))
def test_every_order_is_found_again_from_its_six_outcomes(ranks: tuple[int, ...]) -> None:
    preference = [(ranks[i] < ranks[j]) + 2 * (ranks[i] > ranks[j]) for i, j in PAIRS]
    places = sorted(set(ranks))
    expected = tuple(places.index(rank) + 1 for rank in ranks)
    assert record({**ROW, "preference": preference}).recorded == expected


@pytest.mark.parametrize(
    "preference",
    [
        [1, 2, 1, 1, 1, 1],  # 1 over 2 over 3 over 1
        [0, 0, 1, 1, 1, 1],  # 1 and 2 tie, 1 and 3 tie, and yet 2 is over 3
    ],
)
def test_outcomes_of_no_order_give_no_label_and_are_kept(preference: list[int]) -> None:
    found = record({**ROW, "preference": preference})
    assert found.recorded is None
    assert found.meta is not None
    assert found.meta["preference"] == preference


def test_votes_stand_beside_the_feedback() -> None:
    found = record({**ROW, "votes": [{"rater": "ann", "ranks": [1, 2, 3, 4]}]})
    assert [vote.rater for vote in found.votes] == ["recorded", "ann"]


def feedback(**change: Any) -> dict[str, Any]:
    return {"feedback": {**FEEDBACK, **change}}


def error(**change: Any) -> dict[str, Any]:
    return feedback(errors=[{**FEEDBACK["errors"][0], **change}])  # type: ignore[dict-item] # JSON


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": ""}, "question is empty."),
        ({"passages": None}, "passages must be a list; it is null."),
        ({"passages": ["Bloom"]}, "passages[0] must be a list; it is text."),
        ({"passages": [["Bloom"], []]}, "passages[1] must be a list of texts: a title, and sent"),
        ({"passages": [["Bloom", 3]]}, "passages[0] must be a list of texts: a title, and sent"),
        ({"prediction 3": None}, "prediction 3 is missing."),
        ({"prediction 4": " "}, "prediction 4 is empty."),
        ({"prediction 4": "The album 2"}, "prediction 2 and prediction 4 are the same text."),
        ({"prediction 4": "\0"}, "prediction 4 holds a NUL"),
        ({"gold": "\0"}, "gold holds a NUL"),
        ({"feedback": []}, "feedback must be an object; it is a list."),
        (feedback(errors={}), "feedback.errors must be a list; it is an object."),
        (feedback(errors=[1]), "feedback.errors[0] must be an object; it is a number."),
        (error(start=-1), "feedback.errors[0].start must be a whole number from 0 to 10."),
        (error(start=9), "feedback.errors[0].end must be a whole number from 10 to 11."),
        (error(end=12), "feedback.errors[0].end must be a whole number from 5 to 11."),
        (error(**{"error type": None}), "feedback.errors[0].error type is missing."),
        (feedback(**{"missing-info": None}), "feedback.missing-info must be a list; it is null."),
        (feedback(**{"missing-info": [{}]}), "feedback.missing-info[0].error type is missing."),
        ({"preference": None}, "preference must be a list; it is null."),
        ({"preference": [1]}, "preference has 1 entries; there are 6 pairs."),
        ({"preference": [0, 1, 1, 1, 1, 3]}, "preference[5] must be a whole number from 0 to 2."),
        (feedback(**{"corrected-prediction": "x" * 65_536}), "meta has "),
    ],
)
def test_a_row_of_feedback_that_cannot_be_used_names_the_field(
    change: dict[str, Any], words: str
) -> None:
    assert reason({**ROW, **change}).startswith(words)
