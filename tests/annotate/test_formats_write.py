"""What an export holds, and that what is written can be read again."""

from __future__ import annotations

import io
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.formats import BadLine, Record, read
from annotate.formats.write import (
    GROUP_CHARACTERS,
    PREFERENCE_SCHEMA,
    SCORE_SCHEMA,
    STEP_SCHEMA,
    VOTE_SCHEMA,
    jsonl_lines,
    margin,
    preference_rows,
    score_rows,
    step_rows,
    vote_rows,
    write_parquet,
)


def vote(*ranks: int, strength: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "rater": "rater-1",
        "kind": "person",
        "ranks": list(ranks),
        "strength": strength,
        "unacceptable": [False] * len(ranks),
        "late": False,
        "at": "2026-05-01T12:30:00Z",
        **more,
    }


def row(posterior: list[float] | None, *votes: dict[str, Any], k: int = 2) -> dict[str, Any]:
    return {
        "task": 17,
        "prompt": [{"role": "user", "content": "Hello"}],
        "prompt_sha256": "ab",
        "split": "train",
        "responses": [{"text": f"r{n}", "policy": None, "sha256": str(n)} for n in range(k)],
        "votes": list(votes),
        "posterior": posterior,
        "reason": None,
    }


class Pipe(io.BytesIO):
    """A sink like a network's: it takes bytes and can say nothing about itself."""

    def tell(self) -> int:
        raise OSError("not seekable")

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise OSError("not seekable")


class Nowhere(io.BytesIO):
    """A sink that keeps nothing."""

    def write(self, data: Any, /) -> int:
        return len(data)


def answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


def test_the_likelier_response_is_chosen_and_half_the_tie_counts() -> None:
    (made,) = preference_rows(row([0.2, 0.1, 0.7], vote(2, 1), vote(2, 1)))
    assert made == {
        "prompt": [{"role": "user", "content": "Hello"}],
        "chosen": answer("r1"),
        "rejected": answer("r0"),
        "margin": 0.0,
        "probability": pytest.approx(0.75),
        "judgments": 2,
    }


def test_an_exact_tie_and_a_task_without_a_posterior_yield_no_row() -> None:
    assert list(preference_rows(row([0.3, 0.4, 0.3], vote(1, 1)))) == []
    assert list(preference_rows(row(None))) == []
    assert list(preference_rows(row([]))) == []


def test_k_responses_yield_a_row_for_every_pair_in_lexicographic_order() -> None:
    posterior = [0.8, 0.1, 0.1, 0.1, 0.1, 0.8, 0.4, 0.2, 0.4]
    made = list(preference_rows(row(posterior, vote(2, 3, 1), k=3)))
    pairs = [(one["chosen"][0]["content"], one["rejected"][0]["content"]) for one in made]
    assert pairs == [("r0", "r1"), ("r2", "r0")]
    assert [one["probability"] for one in made] == pytest.approx([0.85, 0.85])


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([], 0.0),
        ([vote(1, 2)], 0.0),
        ([vote(1, 2, strength=3), vote(2, 1, strength=1)], 1.0),
        ([vote(2, 1, strength=2)], -2.0),
        ([vote(1, 2, strength=2), vote(1, 1)], 1.0),
        ([vote(1, 2, strength=2), vote(1, 2)], 2.0),
        ([vote(1, 2), vote(1, 1, strength=2)], 0.0),
    ],
)
def test_the_margin_is_the_signed_mean_strength_in_favour_of_chosen(
    votes: list[dict[str, Any]], expected: float
) -> None:
    assert margin(votes, 0, 1) == expected
    assert margin(votes, 1, 0) == -expected


def test_a_pair_of_a_ranking_with_strengths_has_a_margin_even_if_no_vote_counts_for_it() -> None:
    votes = [vote(1, 2, 2, strength=None), vote(1, 1, 2, strength=1)]
    assert margin(votes, 0, 2) == 1.0
    assert margin(votes[:1], 0, 1) == 0.0


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda three: sum(three) > 0))
def test_the_probability_is_never_below_a_half(weights: list[float]) -> None:
    posterior = [weight / sum(weights) for weight in weights]
    for made in preference_rows(row(posterior, vote(1, 2))):
        assert 0.5 <= made["probability"] <= 1 + 1e-9


def test_every_vote_is_a_row_with_what_was_voted_on() -> None:
    source = row([1.0, 0.0, 0.0], vote(1, 2, strength=2), vote(1, 1, rater="judge", late=True))
    first, second = vote_rows(source)
    assert first == {
        "task": 17,
        "rater": "rater-1",
        "kind": "person",
        "prompt": [{"role": "user", "content": "Hello"}],
        "responses": [{"text": "r0", "policy": None}, {"text": "r1", "policy": None}],
        "ranks": [1, 2],
        "strength": 2,
        "unacceptable": [False, False],
        "answer": {},
        "meta": None,
        "late": False,
        "at": "2026-05-01T12:30:00Z",
    }
    assert (second["rater"], second["late"], second["ranks"]) == ("judge", True, [1, 1])


def test_a_vote_on_another_kind_of_question_is_a_row_with_its_answer_and_the_tasks_meta() -> None:
    answer = {"labels": [1, -1, None], "reasons": []}
    source = {**row(None, vote(1, answer=answer), k=1), "kind": "steps", "meta": {"target": "3"}}
    (made,) = vote_rows(source)
    assert (made["answer"], made["meta"]) == (answer, {"target": "3"})


def test_objects_of_any_shape_are_json_text_in_parquet_and_objects_in_json_lines() -> None:
    answer = {"text": "Ünlike", "critique": "", "principle": None}
    source = {**row(None, vote(1, answer=answer), k=1), "meta": {"a": [{}]}}
    (line,) = jsonl_lines(vote_rows(source))
    assert (json.loads(line)["answer"], json.loads(line)["meta"]) == (answer, {"a": [{}]})
    sink = io.BytesIO()
    write_parquet(vote_rows(source), VOTE_SCHEMA, sink)
    (made,) = pq.read_table(io.BytesIO(sink.getvalue())).to_pylist()
    assert (json.loads(made["answer"]), json.loads(made["meta"])) == (answer, {"a": [{}]})


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).filter(
    lambda text: bool(text.strip())
)
prompts = st.lists(texts, min_size=1, max_size=5).map(
    lambda said: [
        {"role": ("user", "assistant")[(len(said) - 1 - place) % 2], "content": text}
        for place, text in enumerate(said)
    ]
)


@st.composite
def snapshot_rows(draw: st.DrawFn) -> dict[str, Any]:
    responses = draw(st.lists(texts, min_size=2, max_size=4, unique=True))
    k = len(responses)
    made = row(None, k=k)
    made["prompt"] = draw(prompts)
    made["responses"] = [{"text": text, "policy": "p@1", "sha256": ""} for text in responses]
    weights = draw(st.lists(st.integers(0, 9), min_size=k * (k - 1) * 3 // 2))
    made["posterior"] = [float(weight) for weight in weights[: k * (k - 1) * 3 // 2]]
    ranks = draw(st.lists(st.integers(1, k), min_size=k, max_size=k))
    made["votes"] = [vote(*ranks, strength=draw(st.sampled_from([None, 1, 2, 3])))]
    return made


@given(st.lists(snapshot_rows(), min_size=1, max_size=4), st.booleans())
def test_preference_rows_written_as_json_lines_are_read_as_the_same_pairs(
    sources: list[dict[str, Any]], as_list: bool
) -> None:
    made = [one for source in sources for one in preference_rows(source)]
    sink = io.BytesIO()
    sink.writelines(jsonl_lines(made))
    lines = sink.getvalue()
    data = b"[" + lines.rstrip(b"\n").replace(b"\n", b",\n") + b"]" if as_list else lines
    found = list(read(io.BytesIO(data), name="export")) if made else []
    for number, (record, one) in enumerate(zip(found, made, strict=True), start=1):
        assert isinstance(record, Record), record
        assert record.line == number
        assert list(record.messages) == one["prompt"]
        assert record.responses[0].text == one["chosen"][0]["content"]
        assert record.responses[1].text == one["rejected"][0]["content"]


@given(snapshot_rows())
def test_votes_written_as_a_ranking_are_read_as_the_same_votes(source: dict[str, Any]) -> None:
    ranking = {
        "prompt": source["prompt"],
        "responses": source["responses"],
        "votes": [{**one, "submitted_at": one["at"]} for one in source["votes"]],
    }
    sink = io.BytesIO()
    sink.writelines(jsonl_lines([ranking]))
    (record,) = read(io.BytesIO(sink.getvalue()), name="export")
    assert not isinstance(record, BadLine), record
    given_ranks, (found,) = source["votes"][0]["ranks"], record.votes
    assert found.strength == source["votes"][0]["strength"]
    for (i, one), (j, other) in itertools.combinations(enumerate(given_ranks), 2):
        assert (one < other) == (found.ranks[i] < found.ranks[j])
        assert (one == other) == (found.ranks[i] == found.ranks[j])
    assert set(found.ranks) == set(range(1, max(found.ranks) + 1))


@given(st.lists(snapshot_rows(), max_size=4))
def test_parquet_and_json_lines_hold_the_same_rows(sources: list[dict[str, Any]]) -> None:
    for rows_of, schema in ((preference_rows, PREFERENCE_SCHEMA), (vote_rows, VOTE_SCHEMA)):
        made = [one for source in sources for one in rows_of(source)]
        lines, columns = io.BytesIO(), io.BytesIO()
        lines.writelines(jsonl_lines(made))
        assert write_parquet(made, schema, columns) == len(made)
        table = pq.read_table(io.BytesIO(columns.getvalue()))
        assert table.schema.equals(schema)
        found = table.to_pylist()
        if schema is VOTE_SCHEMA:
            found = [{**one, "answer": json.loads(one["answer"])} for one in found]
        assert found == [json.loads(one) for one in lines.getvalue().splitlines()]


@pytest.mark.parametrize("schema", [PREFERENCE_SCHEMA, VOTE_SCHEMA, STEP_SCHEMA, SCORE_SCHEMA])
def test_no_rows_make_a_valid_file_with_all_columns(schema: Any) -> None:
    sink = io.BytesIO()
    assert write_parquet([], schema, sink) == 0
    table = pq.read_table(io.BytesIO(sink.getvalue()))
    assert table.num_rows == 0
    assert table.schema.equals(schema)
    assert list(jsonl_lines([])) == []


def test_rows_of_steps_and_scores_fit_their_columns() -> None:
    steps = {**row(None, vote(1, answer={"labels": [1, -1]}), k=1), "kind": "steps"}
    marks = [{"response": 0, "category": "off", "start": 0, "end": 2, "note": ""}]
    rating = vote(1, answer={"ratings": [[3, None]], "marks": marks})
    scores = {**row(None, rating, k=1), "kind": "rating", "criteria": ["clear", "true"]}
    both = (
        (step_rows({**steps, "steps": ["a", "b"]}), STEP_SCHEMA),
        (score_rows(scores), SCORE_SCHEMA),
    )
    for found, schema in both:
        made, sink = list(found), io.BytesIO()
        assert write_parquet(made, schema, sink) == len(made) > 0
        assert pq.read_table(io.BytesIO(sink.getvalue())).to_pylist() == made


def test_a_sink_needs_nothing_but_write() -> None:
    sink = Pipe()
    write_parquet(preference_rows(row([1.0, 0.0, 0.0], vote(1, 2))), PREFERENCE_SCHEMA, sink)
    assert pq.read_table(io.BytesIO(sink.getvalue())).num_rows == 1
    assert not sink.closed


def test_a_row_that_does_not_fit_the_schema_is_an_error() -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        write_parquet([{"margin": "wide"}], PREFERENCE_SCHEMA, io.BytesIO())


def long_rows(count: int, characters: int) -> Iterator[dict[str, Any]]:
    for _ in range(count):
        made = row([1.0, 0.0, 0.0], vote(1, 2))
        made["responses"][0]["text"] = "x" * characters
        yield from preference_rows(made)


def test_row_groups_are_written_as_they_fill_by_rows_or_by_text() -> None:
    sink = io.BytesIO()
    write_parquet(long_rows(25_000, 1), PREFERENCE_SCHEMA, sink)
    metadata = pq.ParquetFile(io.BytesIO(sink.getvalue())).metadata
    assert [metadata.row_group(n).num_rows for n in range(3)] == [10_000, 10_000, 5_000]
    sink = io.BytesIO()
    write_parquet(long_rows(40, GROUP_CHARACTERS // 10), PREFERENCE_SCHEMA, sink)
    assert pq.ParquetFile(io.BytesIO(sink.getvalue())).metadata.num_row_groups == 4


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_large_export_is_written_in_bounded_memory(form: str) -> None:
    rows = long_rows(200, 2**20)
    sink = cast(BinaryIO, Nowhere())
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        if form == "jsonl":
            for line in jsonl_lines(rows):
                sink.write(line)
        else:
            write_parquet(rows, PREFERENCE_SCHEMA, sink)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * GROUP_CHARACTERS
    assert pa.total_allocated_bytes() - before < 4 * GROUP_CHARACTERS
