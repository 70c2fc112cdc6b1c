"""What a comparison may ask, and which answers it takes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions import parse
from annotate.questions.comparison import ComparisonAnswer, ComparisonSpec
from annotate.questions.errors import InvalidAnswer, InvalidSpec

FULL = ComparisonSpec(reasons=("accurate", "clear", "safe"))
BARE = ComparisonSpec(ties=False, strength=False, both_bad=False, note=False)
TIES_ONLY = ComparisonSpec(strength=False, both_bad=False)


def validate(spec: ComparisonSpec, k: int, data: object) -> ComparisonAnswer:
    return spec.validate([""] * k, data)


def refusal(spec: ComparisonSpec, k: int, data: object) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        validate(spec, k, data)
    return refused.value


def test_a_spec_survives_json() -> None:
    spec = ComparisonSpec(k_max=4, ties=False, reasons=("tone",), prompt="Which is kinder?")
    assert ComparisonSpec.from_json(spec.to_json()) == spec


def test_settings_left_out_have_their_defaults() -> None:
    assert parse("comparison", {}) == ComparisonSpec()
    assert parse("comparison", {"reasons": ["a"]}) == ComparisonSpec(reasons=("a",))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("k_max", 1),
        ("k_max", 17),
        ("k_max", 2.0),
        ("k_max", True),
        ("k_max", "6"),
        ("ties", 1),
        ("strength", None),
        ("both_bad", "yes"),
        ("note", 0),
        ("prompt", ""),
        ("prompt", "  \n"),
        ("prompt", "x" * 501),
        ("prompt", "a\0b"),
        ("prompt", 7),
        ("reasons", "clear"),
        ("reasons", None),
        ("reasons", ["clear", 3]),
        ("reasons", [""]),
        ("reasons", ["x" * 61]),
        ("reasons", ["half a pair \ud83d"]),
        ("reasons", ["same", "same"]),
        ("reasons", [f"reason {n}" for n in range(21)]),
        ("criteria", "clear"),
        ("criteria", ["clear", True]),
        ("criteria", [[]]),
        ("criteria", [" "]),
        ("criteria", ["x" * 61]),
        ("criteria", ["x" * 1_000_000]),
        ("criteria", ["same", "same"]),
        ("criteria", [f"criterion {n}" for n in range(9)]),
        ("criteria", [f"criterion {n}" for n in range(200)]),
        ("place", "first"),
        ("place", None),
        ("place", ["all"]),
        ("top_m", 2),
        ("kmax", 6),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_its_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSpec) as refused:
        ComparisonSpec.from_json({field: value})
    assert refused.value.field == field
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("top_m", [None, 0, 4, True, 2.0, float("nan"), "2"])
def test_the_best_of_k_need_a_number_below_the_most_responses(top_m: object) -> None:
    with pytest.raises(InvalidSpec) as refused:
        ComparisonSpec.from_json({"k_max": 4, "place": "top", "top_m": top_m})
    assert (refused.value.field, refused.value.message) == (
        "top_m",
        "Give a whole number from 1 to 3.",
    )


@pytest.mark.parametrize("place", ["all", "some"])
def test_a_number_of_the_best_is_refused_where_none_is_asked(place: str) -> None:
    with pytest.raises(InvalidSpec, match="Leave this out"):
        ComparisonSpec.from_json({"place": place, "top_m": 1})


def test_the_number_of_responses_is_two_to_the_most() -> None:
    assert ComparisonSpec(k_max=5).k_range == (2, 5)


def test_a_name_that_no_error_could_carry_is_shown_in_part() -> None:
    with pytest.raises(InvalidSpec) as refused:
        ComparisonSpec.from_json({"\ud800" * 1_000_000: 1})
    assert refused.value.field == "?" * 60


def test_settings_at_their_bounds_are_taken() -> None:
    reasons = [f"{n:060}" for n in range(20)]
    for k_max in (2, 16):
        data = {"k_max": k_max, "reasons": reasons, "prompt": "x" * 500}
        spec = ComparisonSpec.from_json(data)
        assert (spec.k_max, len(spec.reasons)) == (k_max, 20)


@pytest.mark.parametrize("data", [None, [], "k_max", 3])
def test_a_spec_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(InvalidSpec, match="object"):
        ComparisonSpec.from_json(data)


def test_a_spec_built_in_python_is_checked_too() -> None:
    with pytest.raises(InvalidSpec, match="k_max"):
        replace(FULL, k_max=99)


def test_an_unknown_kind_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidSpec, match="'guess'"):
        parse("guess", {})


def test_a_full_answer_to_a_pair_is_kept_whole() -> None:
    data = {
        "ranks": [2, 1],
        "strength": 3,
        "unacceptable": [True, False],
        "tags": ["safe", "accurate"],
        "note": "  The first invents a source.\n",
    }
    assert validate(FULL, 2, data) == ComparisonAnswer(
        ranks=(2, 1),
        strength=3,
        unacceptable=(True, False),
        tags=("accurate", "safe"),
        note="  The first invents a source.\n",
    )


def test_an_answer_needs_nothing_but_ranks_where_nothing_else_is_asked() -> None:
    assert validate(BARE, 2, {"ranks": [1, 2]}) == ComparisonAnswer((1, 2), None, None, (), "")


def test_parts_sent_as_null_are_parts_left_out() -> None:
    data = dict.fromkeys(("strength", "unacceptable", "tags", "note"))
    assert validate(BARE, 2, {"ranks": [1, 2], **data}) == validate(BARE, 2, {"ranks": [1, 2]})


def test_a_question_that_asks_what_is_bad_tells_none_marked_from_not_asked() -> None:
    data = {"ranks": [1, 2], "strength": 1}
    assert validate(FULL, 2, data).unacceptable == (False, False)
    assert validate(BARE, 2, {"ranks": [1, 2]}).unacceptable is None


@pytest.mark.parametrize(
    ("given_ranks", "dense"),
    [([10, 3, 3, 7], (3, 1, 1, 2)), ([1, 1, 3, 3], (1, 1, 2, 2)), ([5, 5, 5, 5], (1, 1, 1, 1))],
)
def test_only_the_order_of_the_ranks_counts(given_ranks: list[int], dense: tuple[int, ...]) -> None:
    assert validate(FULL, 4, {"ranks": given_ranks}).ranks == dense


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**30), min_size=2, max_size=16))
def test_dense_ranks_order_the_responses_as_given_and_stay_the_same(ranks: list[int]) -> None:
    dense = validate(TIES_ONLY, len(ranks), {"ranks": ranks}).ranks
    assert sorted(set(dense)) == list(range(1, len(set(ranks)) + 1))
    for a, rank_a in zip(ranks, dense, strict=True):
        for b, rank_b in zip(ranks, dense, strict=True):
            assert (a < b) == (rank_a < rank_b)
    assert validate(TIES_ONLY, len(ranks), {"ranks": list(dense)}).ranks == dense


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        (None, "no order"),
        ("1,2,3", "no order"),
        ([1, 2], "3 responses, but the answer places 2"),
        ([1, 2, 3, 4], "places 4"),
        ([], "places 0"),
        ([1, None, None], "2 of 3"),
        ([0, 1, 2], "whole number"),
        ([-1, 1, 2], "whole number"),
        ([1, 2, 2.5], "whole number"),
        ([1, 2, 3.0], "whole number"),
        ([1, 2, True], "whole number"),
        ([1, 2, "3"], "whole number"),
        ([1, 2, [3]], "whole number"),
        ([1, 2, {}], "whole number"),
    ],
)
def test_ranks_that_do_not_place_every_response_are_refused(ranks: object, words: str) -> None:
    refused = refusal(FULL, 3, {"ranks": ranks})
    assert refused.field == "ranks"
    assert words in refused.message


def test_a_tie_is_refused_where_the_question_has_none() -> None:
    assert refusal(BARE, 3, {"ranks": [1, 1, 2]}).field == "ranks"
    assert validate(BARE, 3, {"ranks": [3, 1, 2]}).ranks == (3, 1, 2)


@pytest.mark.parametrize("strength", [None, 0, 4, 2.0, "2", True, [2]])
def test_a_preference_without_a_valid_strength_is_refused_where_it_is_asked(
    strength: object,
) -> None:
    refused = refusal(FULL, 2, {"ranks": [1, 2], "strength": strength})
    assert refused.field == "strength"
    assert "how much better" in refused.message


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_each_strength_is_taken(strength: int) -> None:
    assert validate(FULL, 2, {"ranks": [1, 2], "strength": strength}).strength == strength


def test_a_tie_has_no_strength() -> None:
    assert validate(FULL, 2, {"ranks": [1, 1]}).strength is None
    assert "A tie" in refusal(FULL, 2, {"ranks": [1, 1], "strength": 1}).message


def test_more_than_two_responses_have_no_strength() -> None:
    assert validate(FULL, 3, {"ranks": [1, 2, 3]}).strength is None
    assert refusal(FULL, 3, {"ranks": [1, 2, 3], "strength": 2}).field == "strength"


def test_a_strength_nobody_asked_for_is_refused() -> None:
    assert refusal(BARE, 2, {"ranks": [1, 2], "strength": 2}).field == "strength"


def test_both_bad_is_a_tie_of_two_unacceptable_responses() -> None:
    answer = validate(FULL, 2, {"ranks": [1, 1], "unacceptable": [True, True]})
    assert (answer.ranks, answer.unacceptable) == ((1, 1), (True, True))
    refused = refusal(FULL, 2, {"ranks": [1, 2], "strength": 1, "unacceptable": [True, True]})
    assert refused.field == "unacceptable"


def test_both_bad_is_possible_where_ties_are_not() -> None:
    spec = replace(FULL, ties=False)
    assert validate(spec, 2, {"ranks": [1, 1], "unacceptable": [True, True]}).ranks == (1, 1)
    for unacceptable in ([False, False], [True, False]):
        data = {"ranks": [1, 1], "unacceptable": unacceptable}
        assert refusal(spec, 2, data).field == "ranks"


def test_an_unacceptable_response_is_never_above_an_acceptable_one() -> None:
    data: dict[str, Any] = {"ranks": [1, 2, 3], "unacceptable": [False, True, False]}
    assert "above" in refusal(FULL, 3, data).message
    data = {"ranks": [1, 2, 2], "unacceptable": [False, True, False]}
    assert validate(FULL, 3, data).unacceptable == (False, True, False)


@pytest.mark.parametrize("unacceptable", [[True], [], [False] * 3, [0, 1], [None, True], "no", {}])
def test_marks_that_are_not_one_flag_a_response_are_refused(unacceptable: object) -> None:
    data = {"ranks": [1, 1], "unacceptable": unacceptable}
    assert refusal(FULL, 2, data).field == "unacceptable"


def test_marks_nobody_asked_for_are_refused() -> None:
    data = {"ranks": [1, 2], "unacceptable": [False, False]}
    assert refusal(BARE, 2, data).field == "unacceptable"


@pytest.mark.parametrize("tags", ["safe", ["unknown"], [3], [["safe"]], [None], {"safe": True}])
def test_reasons_outside_the_list_are_refused(tags: object) -> None:
    assert refusal(FULL, 2, {"ranks": [1, 1], "tags": tags}).field == "tags"


def test_a_reason_given_twice_is_one_reason() -> None:
    assert validate(FULL, 2, {"ranks": [1, 1], "tags": ["safe", "safe"]}).tags == ("safe",)


@pytest.mark.parametrize("note", ["x" * 5001, 5, ["a"], "a\0b", "\udc00"])
def test_a_note_that_can_not_be_kept_is_refused(note: object) -> None:
    assert refusal(FULL, 2, {"ranks": [1, 1], "note": note}).field == "note"


def test_the_longest_note_and_any_script_are_kept() -> None:
    for note in ("x" * 5000, "日本語 🎉 عربي"):
        assert validate(FULL, 2, {"ranks": [1, 1], "note": note}).note == note


def test_a_note_nobody_asked_for_is_refused_but_an_empty_one_is_none() -> None:
    assert refusal(BARE, 2, {"ranks": [1, 2], "note": "x"}).field == "note"
    assert validate(BARE, 2, {"ranks": [1, 2], "note": ""}).note == ""


def test_an_unknown_part_is_refused_by_its_name() -> None:
    assert refusal(FULL, 2, {"ranks": [1, 1], "rank": [1, 1]}).field == "rank"


@pytest.mark.parametrize("k", [0, 1, 17])
def test_a_task_no_comparison_is_for_takes_no_answer(k: int) -> None:
    refused = refusal(TIES_ONLY, k, {"ranks": [1] * k})
    assert (refused.field, f"the task has {k}" in refused.message) == ("task", True)


@pytest.mark.parametrize("data", [None, [1, 2], "1,2", 3])
def test_an_answer_that_is_no_object_is_refused(data: object) -> None:
    assert refusal(FULL, 2, data).field == "answer"


texts = st.sampled_from(["", "safe", "a\0b", "x" * 6000])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 4) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=6,
)
parts = st.sampled_from(["ranks", "strength", "unacceptable", "tags", "note"])
names = st.sampled_from(list(ComparisonSpec().to_json()))


def answer_or_refusal(k: int, data: object) -> ComparisonAnswer | InvalidAnswer:
    try:
        return validate(FULL, k, data)
    except InvalidAnswer as refused:
        return refused


def spec_or_refusal(data: object) -> ComparisonSpec | InvalidSpec:
    try:
        return ComparisonSpec.from_json(data)
    except InvalidSpec as refused:
        return refused


@settings(deadline=None)
@given(st.dictionaries(parts, json_values, max_size=5), st.integers(2, 4))
def test_any_json_is_an_answer_or_refused_with_a_sentence(data: object, k: int) -> None:
    result = answer_or_refusal(k, data)
    if isinstance(result, ComparisonAnswer):
        assert len(result.ranks) == k
    else:
        assert result.field
        assert result.message.endswith(".")


@settings(deadline=None)
@given(st.dictionaries(names, json_values, max_size=7))
def test_any_json_is_a_spec_or_refused_by_the_name_of_a_setting(data: dict[str, object]) -> None:
    result = spec_or_refusal(data)
    if isinstance(result, ComparisonSpec):
        assert ComparisonSpec.from_json(result.to_json()) == result
    else:
        assert result.field in data
