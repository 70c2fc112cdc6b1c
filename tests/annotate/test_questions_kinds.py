"""What holds for every kind of question: the way to JSON and back, and what junk can do."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions import KINDS, Answer, Spec, parse
from annotate.questions.comparison import ComparisonSpec
from annotate.questions.errors import InvalidAnswer, InvalidSpec
from annotate.questions.rating import Criterion, RatingSpec
from annotate.questions.revision import RevisionSpec
from annotate.questions.steps import SEPARATORS, Separator, StepsSpec, split

Place = Literal["all", "top", "some"]

flags = st.booleans()
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
words = texts.filter(str.strip)
names = st.lists(words, max_size=4, unique=True).map(tuple)
notes = st.none() | st.just("") | texts


@st.composite
def comparisons(draw: st.DrawFn) -> ComparisonSpec:
    k_max = draw(st.integers(2, 8))
    place: Place = draw(st.sampled_from(["all", "top", "some"]))
    return ComparisonSpec(
        k_max=k_max,
        strength=draw(flags),
        both_bad=draw(flags),
        reasons=draw(names),
        prompt=draw(words),
        criteria=draw(names),
        place=place,
        top_m=draw(st.integers(1, k_max - 1)) if place == "top" else None,
    )


@st.composite
def ratings(draw: st.DrawFn) -> RatingSpec:
    minimum = draw(st.integers(-100, 90))
    return RatingSpec(
        criteria=tuple(Criterion(name, draw(texts)) for name in draw(names)) or (Criterion("x"),),
        k_max=draw(st.integers(1, 8)),
        minimum=minimum,
        maximum=minimum + draw(st.integers(1, 10)),
        low=draw(texts),
        high=draw(texts),
        slider=draw(flags),
        optional=draw(flags),
        marks=draw(names),
    )


separators: st.SearchStrategy[Separator] = st.sampled_from(list[Any](SEPARATORS))
steps = st.builds(StepsSpec, separators, flags, flags, flags, flags, words)
revisions = st.builds(RevisionSpec, names, flags, flags, words)


def ranked(draw: st.DrawFn, spec: ComparisonSpec, k: int) -> dict[str, object]:
    ranks: list[int | None] = draw(st.lists(st.integers(1, 9), min_size=k, max_size=k))
    if spec.place != "all" and k > 2 and draw(flags):
        ranks[-1] = None
    tied = k == 2 and ranks[0] == ranks[1]
    asked = spec.strength and k == 2 and not tied
    return {"ranks": ranks, "strength": draw(st.integers(1, 3)) if asked else None}


@st.composite
def compared(draw: st.DrawFn) -> tuple[Spec, Sequence[str], object]:
    spec = draw(comparisons())
    k = draw(st.integers(2, spec.k_max))
    by = {name: ranked(draw, spec, k) for name in spec.criteria}
    own = {"criteria": by} if by else ranked(draw, spec, k)
    bad = [True] * k if spec.both_bad and k > 2 and draw(flags) else None
    tags = draw(st.permutations(spec.reasons))
    return spec, [""] * k, {**own, "unacceptable": bad, "tags": tags, "note": draw(notes)}


@st.composite
def rated(draw: st.DrawFn) -> tuple[Spec, Sequence[str], object]:
    spec = draw(ratings())
    responses = draw(st.lists(words, min_size=1, max_size=spec.k_max))
    value = st.integers(spec.minimum, spec.maximum)
    cell = value | st.none() if spec.optional else value
    rows = [[draw(cell) for _ in spec.criteria] for _ in responses]
    marks = [
        {
            "response": len(responses) - 1,
            "category": category,
            "start": 0,
            "end": len(responses[-1]),
            "note": draw(notes),
        }
        for category in spec.marks
    ]
    return spec, responses, {"ratings": rows, "marks": marks, "note": draw(notes)}


@st.composite
def judged(draw: st.DrawFn) -> tuple[Spec, Sequence[str], object]:
    spec = StepsSpec(separator=draw(separators), first_error=draw(flags))
    text = draw(st.text(st.sampled_from("a\n"), max_size=9))
    labels: list[int | None] = [draw(st.sampled_from([1, 0])) for _ in split(text, spec.separator)]
    reasons = []
    if draw(flags):
        wrong = draw(st.integers(0, len(labels) - 1))
        labels[wrong] = -1
        labels[wrong + 1 :] = [None if spec.first_error else 1] * (len(labels) - wrong - 1)
        reasons = [{"step": wrong, "text": draw(words)}]
    return spec, [text], {"labels": labels, "reasons": reasons, "note": draw(notes)}


@st.composite
def revised(draw: st.DrawFn) -> tuple[Spec, Sequence[str], object]:
    spec = RevisionSpec(principles=draw(names), critique=draw(flags))
    principle = draw(st.integers(0, len(spec.principles) - 1)) if spec.principles else None
    data = {"critique": draw(words), "text": draw(words), "principle": principle}
    return spec, [draw(texts)], {**data, "note": draw(notes)}


def kind_of(spec: Spec) -> str:
    return next(kind for kind, of in KINDS.items() if isinstance(spec, of))


@settings(deadline=None)
@given(comparisons() | ratings() | steps | revisions)
def test_a_spec_is_the_same_after_its_way_through_json(spec: Spec) -> None:
    data = json.loads(json.dumps(spec.to_json()))
    assert parse(kind_of(spec), data) == spec
    low, high = spec.k_range
    assert 1 <= low <= high <= 16


@settings(deadline=None)
@given(compared() | rated() | judged() | revised())
def test_an_answer_is_the_same_after_its_way_through_the_database(
    case: tuple[Spec, Sequence[str], Any],
) -> None:
    spec, responses, data = case
    answer = spec.validate(responses, data)
    # The columns come back as lists, and PostgreSQL doesn't keep the order of an object's names.
    extra = json.loads(json.dumps(answer.to_json(), sort_keys=True))
    flags = None if answer.unacceptable is None else list(answer.unacceptable)
    back = spec.answer_from(
        list(answer.ranks), answer.strength, flags, list(answer.tags), answer.note, extra
    )
    assert back == answer
    assert len(answer.ranks) == len(responses)
    assert hash(back) == hash(answer)


def test_only_a_comparison_does_without_the_texts() -> None:
    assert [kind for kind, of in KINDS.items() if not of.needs_texts] == ["comparison"]


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.sampled_from([10**30, 1.0, float("nan"), float("inf")])
    | st.sampled_from(["", "a", "top", "a\0b", "\ud800", "x" * 1_000_000])
)
keys = st.sampled_from(["ranks", "strength", "response", "step", "name", "a", "top_m", "\ud800"])
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoiled(draw: st.DrawFn, value: Any) -> Any:
    """The value with junk in one place, at any depth."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 4)) == 0:
        return draw(junk)
    if isinstance(value, dict):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(spoiled(value[key]))}
    place = draw(st.integers(0, len(value) - 1))
    return [*value[:place], draw(spoiled(value[place])), *value[place + 1 :]]


MARK = {"response": 0, "category": "a", "start": 0, "end": 1, "note": "b"}
REASON = {"step": 1, "text": "b"}
REST = {"unacceptable": [False, True], "tags": ["a"], "note": "b"}
ORDER = {"ranks": [1, 2], "strength": 1}
GOOD: list[tuple[Spec, dict[str, object]]] = [
    (ComparisonSpec(reasons=("a",)), {**ORDER, **REST, "criteria": None}),
    (
        ComparisonSpec(reasons=("a",), criteria=("a", "b"), place="top", top_m=1, ties=False),
        {**REST, "ranks": None, "strength": None, "criteria": {"a": ORDER, "b": ORDER}},
    ),
    (
        RatingSpec((Criterion("a"), Criterion("b")), marks=("a",), optional=True),
        {"ratings": [[1, None]], "marks": [MARK], "note": "b"},
    ),
    (StepsSpec("line"), {"labels": [1, -1], "reasons": [REASON], "note": "b"}),
    (
        StepsSpec("line", neutral=False, first_error=True),
        {"labels": [-1, None], "reasons": [{**REASON, "step": 0}], "note": "b"},
    ),
    (
        RevisionSpec(principles=("a", "b")),
        {"critique": "a", "text": "b", "principle": 1, "note": "b"},
    ),
]


def check_refusal(refused: InvalidAnswer | InvalidSpec, data: object, known: set[str]) -> None:
    """It names a part there is, or the strange one, and can be sent as it is."""
    if isinstance(data, dict):
        assert refused.field in known or set(data) - known
    else:
        assert refused.field in {"answer", "spec"}
    assert refused.message.endswith(".")
    assert f"{refused.field} {refused.message}".encode()


def answer_or_refusal(spec: Spec, texts: list[str], data: object) -> Answer | InvalidAnswer:
    try:
        return spec.validate(texts, data)
    except InvalidAnswer as refused:
        return refused


def spec_or_refusal(kind: str, data: object) -> Spec | InvalidSpec:
    try:
        return parse(kind, data)
    except InvalidSpec as refused:
        return refused


@pytest.mark.parametrize(("spec", "good"), GOOD)
@settings(deadline=None)
@given(st.data())
def test_any_json_is_an_answer_or_refused_by_one_of_its_parts(
    spec: Spec, good: dict[str, object], data: st.DataObject
) -> None:
    texts = ["a\nb"] * spec.k_range[0]
    assert not isinstance(answer_or_refusal(spec, texts, good), InvalidAnswer)
    given_data = data.draw(spoiled(good))
    result = answer_or_refusal(spec, texts, given_data)
    if isinstance(result, InvalidAnswer):
        check_refusal(result, given_data, set(good))
    else:
        assert json.dumps(result.to_json(), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(("kind", "spec"), [(kind_of(spec), spec) for spec, _ in GOOD])
@settings(deadline=None)
@given(st.data())
def test_any_json_is_a_spec_or_refused_by_a_setting(
    kind: str, spec: Spec, data: st.DataObject
) -> None:
    good = spec.to_json()
    given_data = data.draw(spoiled(good))
    result = spec_or_refusal(kind, given_data)
    if isinstance(result, InvalidSpec):
        check_refusal(result, given_data, set(good))
    else:
        assert parse(kind, json.loads(json.dumps(result.to_json()))) == result
