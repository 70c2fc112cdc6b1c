"""How a response falls into steps, and which labels they take."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions import parse
from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.steps import Reason, StepsAnswer, StepsSpec, split

ALL = StepsSpec(separator="line")
FIRST = StepsSpec(separator="line", first_error=True)
TEXT = "1 + 1 = 2\n2 + 2 = 5\nso 4 = 5"


def refusal(data: object, spec: StepsSpec = ALL) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        spec.validate([TEXT], data)
    return refused.value


def test_a_spec_survives_json() -> None:
    spec = replace(FIRST, neutral=False, prompt="Is it sound?")
    assert StepsSpec.from_json(spec.to_json()) == spec
    assert parse("steps", {}) == StepsSpec()
    assert StepsSpec().k_range == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("separator", "\n"),
        ("separator", None),
        ("separator", ["line"]),
        ("separator", float("nan")),
        ("neutral", 1),
        ("first_error", None),
        ("reason", "yes"),
        ("note", 0),
        ("prompt", ""),
        ("prompt", "x" * 1_000_000),
        ("prompt", {"a": [[[]]]}),
        ("k_max", 1),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSpec) as refused:
        StepsSpec.from_json({field: value})
    assert refused.value.field == field


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \n\r\u2028"), max_size=20))
def test_steps_joined_are_the_text_again(text: str) -> None:
    assert "\n".join(split(text, "line")) == text
    assert "\n\n".join(split(text, "blank_line")) == text


@pytest.mark.parametrize(
    ("text", "lines", "paragraphs"),
    [
        ("", ("",), ("",)),
        ("a\nb", ("a", "b"), ("a\nb",)),
        ("a\n\nb\n", ("a", "", "b", ""), ("a", "b\n")),
        ("a\n\n\nb", ("a", "", "", "b"), ("a", "\nb")),
        ("a\r\nb\u2028c", ("a\r", "b\u2028c"), ("a\r\nb\u2028c",)),
    ],
)
def test_only_the_separator_separates(
    text: str, lines: tuple[str, ...], paragraphs: tuple[str, ...]
) -> None:
    assert (split(text, "line"), split(text, "blank_line")) == (lines, paragraphs)


def test_a_full_answer_is_kept_whole_with_its_reasons_in_order() -> None:
    data = {
        "labels": [0, -1, -1],
        "reasons": [{"step": 2, "text": "It follows from a slip."}, {"step": 1, "text": "No: 4."}],
        "note": "Short.",
    }
    assert ALL.validate([TEXT], data) == StepsAnswer(
        ranks=(1,),
        strength=None,
        unacceptable=None,
        tags=(),
        note="Short.",
        labels=(0, -1, -1),
        reasons=(Reason(1, "No: 4."), Reason(2, "It follows from a slip.")),
    )


@pytest.mark.parametrize(
    ("labels", "first"), [([1, 0, 1], None), ([1, -1, -1], 1), ([-1, 1, 1], 0)]
)
def test_the_first_error_is_the_first_wrong_step(labels: list[int], first: int | None) -> None:
    assert ALL.validate([TEXT], {"labels": labels}).first_error == first


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "no labels"),
        ("111", "no labels"),
        ([], "3 steps, but 0"),
        ([1, 1], "3 steps, but 2"),
        ([1] * 4, "3 steps, but 4"),
        ([1, None, None], "2 of 3"),
        ([1, 1, 2], "by a number"),
        ([1, 1, True], "by a number"),
        ([1, 1, 1.0], "by a number"),
        ([1, 1, float("nan")], "by a number"),
        ([1, 1, "1"], "by a number"),
        ([1, 1, [1]], "by a number"),
    ],
)
def test_labels_that_are_not_one_a_step_are_refused(labels: object, words: str) -> None:
    refused = refusal({"labels": labels})
    assert refused.field == "labels"
    assert words in refused.message


def test_a_neutral_label_is_refused_where_there_is_none() -> None:
    assert refusal({"labels": [1, 0, 1]}, replace(ALL, neutral=False)).field == "labels"


@pytest.mark.parametrize("labels", [(1, 1, 0), (1, 0, -1), (1, -1, None), (-1, None, None)])
def test_nothing_after_the_first_error_is_judged(labels: tuple[int | None, ...]) -> None:
    assert FIRST.validate([TEXT], {"labels": list(labels)}).labels == labels


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1, -1, 1], "no step after"),
        ([-1, None, -1], "no step after"),
        ([None, -1, None], "1 of 2"),
        ([1, 1, None], "1 of 3"),
        ([None, None, None], "3 of 3"),
    ],
)
def test_a_gap_before_the_first_error_or_a_label_after_it_is_refused(
    labels: list[int | None], words: str
) -> None:
    assert words in refusal({"labels": labels}, FIRST).message


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ({}, "at most 3"),
        ([None], "as an object"),
        ([{"step": 1, "why": "x"}], "as an object"),
        ([{}], "step by its number"),
        ([{"step": True, "text": "x"}], "step by its number"),
        ([{"step": 3, "text": "x"}], "step by its number"),
        ([{"step": -1, "text": "x"}], "step by its number"),
        ([{"step": 1.0, "text": "x"}], "step by its number"),
        ([{"step": 0, "text": "x"}], "Step 0 isn't wrong"),
        ([{"step": 1, "text": "x"}] * 2, "two reasons"),
        ([{"step": 1, "text": "x"}] * 4, "at most 3"),
        ([{"step": 1}], "Give a text"),
        ([{"step": 1, "text": " "}], "empty"),
        ([{"step": 1, "text": "x" * 2001}], "2,001 characters"),
        ([{"step": 1, "text": "a\0b"}], "can't be stored"),
        ([{"step": 1, "text": ["x"]}], "Give a text"),
    ],
)
def test_reasons_that_are_not_texts_on_wrong_steps_are_refused(reasons: object, words: str) -> None:
    refused = refusal({"labels": [1, -1, 1], "reasons": reasons})
    assert refused.field == "reasons"
    assert words in refused.message


def test_reasons_nobody_asked_for_are_refused_but_none_are_fine() -> None:
    spec = replace(ALL, reason=False)
    data = {"labels": [1, -1, 1], "reasons": [{"step": 1, "text": "x"}]}
    assert refusal(data, spec).field == "reasons"
    assert spec.validate([TEXT], {**data, "reasons": []}).reasons == ()


def test_an_unknown_part_and_a_note_nobody_asked_for_are_refused_by_name() -> None:
    assert refusal({"labels": [1, 1, 1], "ranks": [1]}).field == "ranks"
    spec = replace(ALL, note=False)
    assert refusal({"labels": [1, 1, 1], "note": "x"}, spec).field == "note"


@pytest.mark.parametrize("k", [0, 2])
def test_a_task_of_other_than_one_response_takes_no_answer(k: int) -> None:
    with pytest.raises(InvalidAnswer, match="for 1 responses"):
        ALL.validate([TEXT] * k, {"labels": [1, 1, 1]})
