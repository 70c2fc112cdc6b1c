"""What a revision may ask, which rewrites it takes, and the preference they are."""

from dataclasses import replace

import pytest

from annotate.questions import parse
from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.revision import RevisionAnswer, RevisionSpec

PLAIN = RevisionSpec()
LED = RevisionSpec(principles=("Be honest.", "Be kind."), critique=False)
ORIGINAL = "The capital is Lyon."
BETTER = "The capital is Paris."


def refusal(data: object, spec: RevisionSpec = PLAIN) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        spec.validate([ORIGINAL], data)
    return refused.value


def test_a_spec_survives_json() -> None:
    assert RevisionSpec.from_json(LED.to_json()) == LED
    assert parse("revision", {}) == PLAIN
    assert PLAIN.k_range == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principles", "Be honest."),
        ("principles", None),
        ("principles", [""]),
        ("principles", ["x" * 2001]),
        ("principles", ["x" * 1_000_000]),
        ("principles", [True]),
        ("principles", [[["deep"]]]),
        ("principles", ["same", "same"]),
        ("principles", [f"principle {n}" for n in range(51)]),
        ("critique", 1),
        ("note", float("nan")),
        ("prompt", " "),
        ("k_max", 1),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSpec) as refused:
        RevisionSpec.from_json({field: value})
    assert refused.value.field == field


def test_as_many_and_as_long_principles_as_allowed_are_taken() -> None:
    spec = RevisionSpec.from_json({"principles": [f"{n:02000}" for n in range(50)]})
    assert len(spec.principles) == 50


def test_a_full_answer_is_kept_whole() -> None:
    data = {"critique": "Lyon isn't.", "text": BETTER, "principle": 0, "note": "Easy."}
    assert LED.validate([ORIGINAL], data) == RevisionAnswer(
        ranks=(1,),
        strength=None,
        unacceptable=None,
        tags=(),
        note="Easy.",
        critique="Lyon isn't.",
        text=BETTER,
        principle=0,
    )


def test_a_rewrite_is_preferred_to_the_original() -> None:
    answer = PLAIN.validate([ORIGINAL], {"critique": "Lyon isn't.", "text": BETTER})
    assert answer.comparison(ORIGINAL) == (BETTER, ORIGINAL)


def test_an_unchanged_text_needs_no_critique_and_prefers_nothing() -> None:
    answer = PLAIN.validate([ORIGINAL], {"text": ORIGINAL})
    assert (answer.critique, answer.comparison(ORIGINAL)) == ("", None)


@pytest.mark.parametrize("original", ["", " ", "x" * 100_001])
def test_nothing_to_improve_can_be_said_of_any_text(original: str) -> None:
    assert PLAIN.validate([original], {"text": original}).text == original


@pytest.mark.parametrize("text", [None, "", " \n", 5, [BETTER], "x" * 100_001, "a\0b", "\ud800"])
def test_a_rewrite_that_can_not_be_kept_is_refused(text: object) -> None:
    assert refusal({"critique": "x", "text": text}).field == "text"


def test_the_longest_texts_are_kept() -> None:
    data = {"critique": "x" * 20_000, "text": "x" * 100_000}
    assert len(PLAIN.validate([ORIGINAL], data).text) == 100_000


@pytest.mark.parametrize("critique", [None, "", "  ", 5, ["x"], "x" * 20_001, "a\0b"])
def test_a_changed_text_without_a_critique_is_refused_where_it_is_asked(critique: object) -> None:
    assert refusal({"critique": critique, "text": BETTER}).field == "critique"


def test_a_critique_nobody_asked_for_is_kept_if_it_can_be() -> None:
    spec = replace(PLAIN, critique=False)
    assert spec.validate([ORIGINAL], {"text": BETTER}).critique == ""
    assert spec.validate([ORIGINAL], {"text": BETTER, "critique": "Lyon."}).critique == "Lyon."
    assert refusal({"text": BETTER, "critique": "x" * 20_001}, spec).field == "critique"


@pytest.mark.parametrize("principle", [None, 2, -1, True, 0.0, "0", [0]])
def test_a_principle_outside_the_list_is_refused(principle: object) -> None:
    assert refusal({"text": BETTER, "principle": principle}, LED).field == "principle"
    assert refusal({"text": ORIGINAL, "principle": principle}, LED).field == "principle"


def test_a_principle_is_refused_where_there_is_none() -> None:
    assert refusal({"text": ORIGINAL, "principle": 0}).field == "principle"


def test_an_unknown_part_and_a_note_nobody_asked_for_are_refused_by_name() -> None:
    assert refusal({"text": ORIGINAL, "ranks": [1]}).field == "ranks"
    assert refusal({"text": ORIGINAL, "note": "x"}, replace(PLAIN, note=False)).field == "note"


@pytest.mark.parametrize("k", [0, 2])
def test_a_task_of_other_than_one_response_takes_no_answer(k: int) -> None:
    with pytest.raises(InvalidAnswer, match="for 1 responses"):
        PLAIN.validate([ORIGINAL] * k, {"text": ORIGINAL})
