"""The steps form: solutions in steps, with or without a label."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.formats import BadLine, Candidate, Record, Vote, read

SUM = {"input": "1 + 1 + 1 =", "steps": ["1 + 1 = 2.", "2 + 1 = 4.", "So 4."]}


def item(row: dict[str, Any]) -> Record | BadLine:
    (found,) = read(io.BytesIO(json.dumps(row).encode()), name="steps", format="steps")
    return found


def record(row: dict[str, Any]) -> Record:
    found = item(row)
    assert isinstance(found, Record), found
    return found


def reason(row: dict[str, Any]) -> str:
    found = item(row)
    assert isinstance(found, BadLine), found
    return found.reason


def test_the_steps_become_one_response_with_blank_lines_between() -> None:
    found = record(SUM)
    assert list(found.messages) == [{"role": "user", "content": "1 + 1 + 1 ="}]
    assert found.responses == (Candidate("1 + 1 = 2.\n\n2 + 1 = 4.\n\nSo 4.", None, None),)
    assert (found.votes, found.recorded, found.key, found.meta) == ((), None, None, None)


def test_steps_may_be_lines_and_the_separator_is_kept_for_who_splits_them() -> None:
    found = record({**SUM, "separator": "line"})
    assert found.responses[0].text == "1 + 1 = 2.\n2 + 1 = 4.\nSo 4."
    assert found.meta == {"separator": "line"}


@pytest.mark.parametrize("prompt", ["Add.", [{"role": "user", "content": "Add."}]])
@pytest.mark.parametrize("field", ["input", "prompt"])
def test_the_prompt_is_text_or_messages_under_either_name(field: str, prompt: Any) -> None:
    found = record({field: prompt, "steps": ["2"]})
    assert list(found.messages) == [{"role": "user", "content": "Add."}]


def test_an_empty_step_between_others_is_a_step() -> None:
    assert record({**SUM, "steps": ["a", "", "b"]}).responses[0].text == "a\n\n\n\nb"


def labelled(**label: Any) -> Vote:
    (vote,) = record({**SUM, **label}).votes
    return vote


@pytest.mark.parametrize(
    ("index", "labels"),
    [(0, [-1, None, None]), (1, [1, -1, None]), (2, [1, 1, -1]), (None, [1, 1, 1])],
)
def test_the_first_mistake_says_which_steps_are_right_and_nothing_of_those_after_it(
    index: int | None, labels: list[int | None]
) -> None:
    expected = {"labels": labels, "reasons": []}
    vote = Vote("recorded", (), None, None, None, None, expected, (), "")
    assert labelled(mistake_index=index) == vote


def test_labels_are_a_vote_of_the_rater_who_is_named() -> None:
    vote = labelled(labels=[1, 0, -1], rater=12)
    assert (vote.rater, vote.answer) == ("12", {"labels": [1, 0, -1], "reasons": []})
    assert labelled(labels=[None, 1, None]).rater == "recorded"


def test_votes_stand_beside_the_label() -> None:
    cast = [{"rater": "ann", "answer": {"labels": [1, 1, 1]}}]
    found = record({**SUM, "mistake_index": 1, "votes": cast})
    assert [vote.rater for vote in found.votes] == ["recorded", "ann"]
    assert record({**SUM, "votes": cast}).votes == found.votes[1:]
    again = {**SUM, "mistake_index": 1, "rater": "ann", "votes": cast}
    assert reason(again) == "votes[0].rater voted already in this record."


def test_all_other_fields_are_kept_as_meta() -> None:
    found = record({**SUM, "target": "3", "answer": 4, "id": "s1", "group": "sums"})
    assert (found.key, found.group) == ("s1", "sums")
    assert found.meta == {"target": "3", "answer": 4}
    assert record({**SUM, "target": "3", "meta": {"page": 7}}).meta == {"target": "3", "page": 7}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": None}, "steps must be a list; it is null."),
        ({"steps": []}, "steps has 0 entries; a solution takes 1 to 500."),
        ({"steps": ["a"] * 501}, "steps has 501 entries; a solution takes 1 to 500."),
        ({"steps": ["a", 1]}, "steps[1] must be text; it is a number."),
        ({"steps": ["", "\n"]}, "steps are all empty."),
        ({"steps": ["a", "b\n\nc"]}, "steps[1] holds a blank line or ends in part of one"),
        ({"steps": ["a\n", "b"]}, "steps[0] holds a blank line or ends in part of one"),
        ({"steps": ["a", "b\nc"], "separator": "line"}, "steps[1] holds a newline or ends in"),
        ({"steps": ["a\0"]}, "steps[0] holds a NUL"),
        ({"separator": "tab"}, "separator must be one of: line, blank_line."),
        ({"separator": ["line"]}, "separator must be one of: line, blank_line."),
        ({"input": None}, "prompt is missing."),
        ({"input": " "}, "input is empty."),
        ({"prompt": "Add."}, "input and prompt are both given; keep one of them."),
        ({"labels": 1}, "labels must be a list; it is a number."),
        ({"labels": [1, 1]}, "labels has 2 entries; the record has 3 steps."),
        ({"labels": [1, 1, 2]}, "labels[2] must be 1 (right), 0 (neutral), -1 (wrong) or null."),
        ({"labels": [1, True, 1]}, "labels[1] must be 1 (right), 0"),
        ({"labels": [1, 1.0, 1]}, "labels[1] must be 1 (right), 0"),
        ({"labels": [1, 1, 1], "mistake_index": None}, "labels and mistake_index are both given"),
        ({"mistake_index": 3}, "mistake_index must be a whole number from 0 to 2."),
        ({"mistake_index": -1}, "mistake_index must be a whole number from 0 to 2."),
        ({"mistake_index": True}, "mistake_index must be a whole number from 0 to 2."),
        ({"labels": [1, 1, 1], "rater": ""}, "rater is empty."),
        ({"meta": 1}, "meta must be an object; it is a number."),
        ({"target": 3, "meta": {"target": 4}}, "meta.target and target are both given; keep one"),
        ({"target": "\0"}, "target holds a NUL"),
        ({"target": "x" * 65_536}, "meta has 65,549 bytes as JSON; at most 65,536 can be kept."),
        ({"id": []}, "id must be text; it is a list."),
    ],
)
def test_a_row_of_steps_that_cannot_be_used_names_the_field(
    change: dict[str, Any], words: str
) -> None:
    assert reason({**SUM, **change}).startswith(words)


@given(
    st.lists(st.text(st.sampled_from("a\n "), max_size=4), min_size=1, max_size=5),
    st.sampled_from([("line", "\n"), ("blank_line", "\n\n")]),
)
def test_splitting_the_response_gives_the_steps_or_the_row_is_refused(
    steps: list[str], separator: tuple[str, str]
) -> None:
    name, between = separator
    found = item({"prompt": "Add.", "steps": steps, "separator": name})
    joined = between.join(steps)
    if isinstance(found, BadLine):
        assert joined.split(between) != steps or not joined.strip()
    else:
        assert found.responses[0].text.split(between) == steps
