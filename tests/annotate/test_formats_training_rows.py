"""What a snapshot row teaches, by the kind of its question."""

from __future__ import annotations

import io
from typing import Any

import pytest

from annotate.formats import Record, read
from annotate.formats.write import jsonl_lines, margin, preference_rows, score_rows, step_rows
from tests.annotate.test_formats_write import answer, row, vote

AI = "ai_judge"


def of_kind(kind: str, *votes: dict[str, Any], k: int = 1, **more: Any) -> dict[str, Any]:
    return {**row(None, *votes, k=k), "kind": kind, "meta": None, **more}


# Responses that were not compared

UP, DOWN = [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]
NOBODY = [None, None, None]


def chosen_over(made: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["chosen"][0]["content"], one["rejected"][0]["content"]) for one in made]


def test_a_pair_that_nobody_compared_gives_no_row() -> None:
    source = row(None, vote(1, 2, 0), k=3) | {"posterior": [*UP, *NOBODY, *NOBODY]}
    assert chosen_over(list(preference_rows(source))) == [("r0", "r1")]


def test_the_judgments_of_a_pair_are_the_votes_that_compared_it() -> None:
    votes = vote(1, 2, 0), vote(1, -1, -1), vote(2, 0, 1)
    source = row(None, *votes, k=3) | {"posterior": [*UP, *UP, *NOBODY]}
    made = list(preference_rows(source))
    assert chosen_over(made) == [("r0", "r1"), ("r0", "r2")]
    assert [one["judgments"] for one in made] == [2, 2]


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ((1, 2), 2.0),
        ((2, 1), -2.0),
        ((1, -1), 2.0),
        ((-1, 1), -2.0),
        ((3, -1), 2.0),
        ((1, 1), 0.0),
        ((-1, -1), None),
        ((0, 0), None),
        ((0, 1), None),
        ((1, 0), None),
    ],
)
def test_only_votes_that_compared_the_two_enter_their_margin(
    ranks: tuple[int, int], expected: float | None
) -> None:
    votes = [vote(1, 2, strength=1), vote(*ranks, strength=2)]
    assert margin(votes, 0, 1) == (1.0 if expected is None else (1 + expected) / 2)
    assert margin(votes[1:], 0, 1) == (expected or 0.0)


# Preferences by kind


def test_ratings_of_two_or_more_responses_give_preferences_and_of_one_none() -> None:
    rated = vote(1, 2, answer={"ratings": [[5], [3]], "marks": []})
    both = {**of_kind("rating", rated, k=2, criteria=["clear"]), "posterior": UP}
    assert chosen_over(list(preference_rows(both))) == [("r0", "r1")]
    one = vote(1, answer={"ratings": [[5]], "marks": []})
    alone = {**of_kind("rating", one, criteria=["clear"]), "posterior": []}
    assert list(preference_rows(alone)) == []


def test_steps_give_no_preferences() -> None:
    judged = vote(1, answer={"labels": [1], "reasons": []})
    assert list(preference_rows(of_kind("steps", judged, steps=["r0"]))) == []


def rewritten(text: str, **more: Any) -> dict[str, Any]:
    return vote(1, answer={"text": text, "critique": "Curt.", "principle": None}, **more)


def test_each_rewriting_is_chosen_over_the_original() -> None:
    source = of_kind("revision", rewritten("Better."), rewritten("r0"), rewritten("Best."))
    first, second = preference_rows(source)
    assert first == {
        "prompt": [{"role": "user", "content": "Hello"}],
        "chosen": answer("Better."),
        "rejected": answer("r0"),
        "margin": 0.0,
        "probability": 1.0,
        "judgments": 1,
    }
    assert chosen_over([second]) == [("Best.", "r0")]


def test_the_rewriting_of_an_ai_judge_does_not_stand_for_a_persons() -> None:
    assert list(preference_rows(of_kind("revision", rewritten("Better.", kind=AI)))) == []


def test_rewritings_written_as_json_lines_are_read_as_pairs() -> None:
    data = b"".join(jsonl_lines(preference_rows(of_kind("revision", rewritten("Better.")))))
    (found,) = read(io.BytesIO(data), name="export")
    assert isinstance(found, Record), found
    assert [one.text for one in found.responses] == ["Better.", "r0"]


# Steps

STEPS = ["1 + 1 = 2.", "2 + 1 = 4.", "So 4."]


def stepwise(*votes: list[int | None], **more: Any) -> list[dict[str, Any]]:
    cast = [vote(1, answer={"labels": labels, "reasons": []}) for labels in votes]
    return list(step_rows({**of_kind("steps", *cast, steps=STEPS), **more}))


def test_steps_are_completions_with_a_label_each() -> None:
    (made,) = stepwise([1, -1, -1])
    assert made == {"prompt": "Hello", "completions": STEPS, "labels": [True, False, False]}


@pytest.mark.parametrize(
    ("votes", "labels"),
    [
        ([[1, 1, 1]], [True, True, True]),
        ([[1, 0, 1]], [True, True, True]),
        ([[1, -1, None]], [True, False]),
        ([[-1, None, None]], [False]),
        ([[1, -1, None], [1, 1, 1], [1, 1, -1]], [True, True, False]),
        ([[1, -1, None], [1, 1, 1]], [True, False, True]),
        ([[1, -1, None], [1, -1, None], [1, 1, -1]], [True, False, False]),
        ([[None, 1, 1]], None),
        ([[1, None, 1]], [True]),
        ([], None),
    ],
)
def test_a_label_is_the_majority_of_those_who_judged_the_step(
    votes: list[list[int | None]], labels: list[bool] | None
) -> None:
    made = stepwise(*votes)
    assert [one["labels"] for one in made] == ([] if labels is None else [labels])
    assert all(one["completions"] == STEPS[: len(one["labels"])] for one in made)


def test_an_ai_judge_has_no_vote_on_a_step() -> None:
    judge = vote(1, kind=AI, answer={"labels": [-1, -1, -1], "reasons": []})
    person = vote(1, answer={"labels": [1, -1, None], "reasons": []})
    (made,) = step_rows(of_kind("steps", judge, person, steps=STEPS))
    assert made["labels"] == [True, False]
    assert list(step_rows(of_kind("steps", judge, steps=STEPS))) == []


def test_a_prompt_of_several_turns_is_a_transcript() -> None:
    prompt = [
        {"role": "system", "content": "Be exact."},
        {"role": "user", "content": "Add."},
        {"role": "assistant", "content": "What?"},
        {"role": "user", "content": "1 + 1 + 1"},
    ]
    (made,) = stepwise([1, 1, 1], prompt=prompt)
    turns = "\n\nHuman: Add.\n\nAssistant: What?\n\nHuman: 1 + 1 + 1"
    assert made["prompt"] == "\n\nSystem: Be exact." + turns


@pytest.mark.parametrize("kind", ["comparison", "rating", "revision"])
def test_other_kinds_give_no_steps(kind: str) -> None:
    assert stepwise([1, 1, 1], kind=kind) == []
    assert list(step_rows(row(None, vote(1, 2)))) == []


# Scores


def rating(*ratings: list[int | None], marks: Any = (), **more: Any) -> dict[str, Any]:
    return vote(*[0] * len(ratings), answer={"ratings": [*ratings], "marks": [*marks]}, **more)


def scores(*votes: dict[str, Any], k: int = 2) -> list[dict[str, Any]]:
    return list(score_rows(of_kind("rating", *votes, k=k, criteria=["clear", "true"])))


def test_each_response_has_a_row_a_criterion_with_the_mean_of_those_who_rated_it() -> None:
    made = scores(rating([5, 1], [2, None]), rating([4, 2], [None, None]))
    assert [(one["response"], one["criterion"], one["mean"], one["n"]) for one in made] == [
        ("r0", "clear", 4.5, 2),
        ("r0", "true", 1.5, 2),
        ("r1", "clear", 2.0, 1),
        ("r1", "true", None, 0),
    ]
    assert {str(one["prompt"]) for one in made} == {"[{'role': 'user', 'content': 'Hello'}]"}


def test_marks_stand_once_in_the_row_of_the_first_criterion() -> None:
    about = {"category": "off", "start": 0, "end": 2, "note": "No."}
    whole = {"category": "dull", "start": None, "end": None, "note": ""}
    first = rating([5, 1], [2, 2], marks=[{"response": 1, **about}])
    second = rating(
        [5, 1], [2, 2], rater="rater-2", marks=[{"response": 1, **whole}, {"response": 0, **about}]
    )
    assert [one["marks"] for one in scores(first, second)] == [
        [{"rater": "rater-2", **about}],
        [],
        [{"rater": "rater-1", **about}, {"rater": "rater-2", **whole}],
        [],
    ]


def test_an_ai_judge_rates_and_marks_nothing() -> None:
    mark = {"response": 0, "category": "off", "start": None, "end": None, "note": ""}
    made = scores(rating([5, 1], marks=[mark], kind=AI), rating([1, 1]), k=1)
    assert [(one["mean"], one["n"], one["marks"]) for one in made] == [(1.0, 1, []), (1.0, 1, [])]


@pytest.mark.parametrize("kind", ["comparison", "steps", "revision"])
def test_other_kinds_give_no_scores(kind: str) -> None:
    assert list(score_rows({**of_kind(kind, rating([1])), "criteria": ["clear"]})) == []
    assert list(score_rows(row(None, vote(1, 2)))) == []
