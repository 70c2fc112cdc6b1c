"""Real files with labels of other kinds: from the records alone every row is rebuilt, and equal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotate.formats import Record
from tests.annotate.test_formats_real_data import items, rows

Row = dict[str, Any]

SOLUTIONS = {
    "dyck_languages": 986,
    "logical_deduction": 300,
    "multistep_arithmetic": 300,
    "tracking_shuffled_objects": 300,
    "word_sorting": 300,
}


def meta_of(record: Record) -> Row:
    assert record.meta is not None
    return record.meta


def answer_of(record: Record) -> Row:
    (vote,) = record.votes
    assert (vote.rater, vote.ranks) == ("recorded", ())
    assert vote.answer is not None
    return vote.answer


# BIG-Bench-Mistake


def solution(record: Record) -> Row:
    """The row that a record was."""
    labels = answer_of(record)["labels"]
    (response,), (message,) = record.responses, record.messages
    return {
        "input": message["content"],
        "steps": response.text.split("\n\n"),
        "mistake_index": labels.index(-1) if -1 in labels else None,
        **meta_of(record),
    }


@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_solution_of_big_bench_mistake_is_rebuilt_from_its_record(
    real_data: Path, name: str
) -> None:
    path = real_data / f"bbmistake/{name}.jsonl.gz"
    records, bad = items(path)
    assert (len(records), bad) == (SOLUTIONS[name], [])
    assert [solution(record) for record in records] == rows(path)


def test_big_bench_mistake_has_2186_solutions_and_33306_steps(real_data: Path) -> None:
    found = [items(real_data / f"bbmistake/{name}.jsonl.gz")[0] for name in SOLUTIONS]
    labels = [answer_of(record)["labels"] for records in found for record in records]
    assert len(labels) == 2186
    assert sum(map(len, labels)) == 33_306
    assert sum(-1 in one for one in labels) == 2186 - 478


# OpenAssistant


def below(conversation: list[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Each conversation of a tree and its replies, by plain recursion."""
    replies = conversation[-1]["replies"]
    yield conversation, replies
    for reply in replies:
        yield from below([*conversation, reply])


def ranked_sets(path: Path) -> list[tuple[str, list[Row], list[Row]]]:
    """Tree, conversation and replies wherever two or more replies to one message have a rank."""
    return [
        (tree["message_tree_id"], conversation, replies)
        for tree in rows(path)
        for conversation, replies in below([tree["prompt"]])
        if sum(reply.get("rank") is not None for reply in replies) >= 2
    ]


def test_openassistants_trees_have_212_ranked_sets(real_data: Path) -> None:
    """One of the sets of three has a fourth reply, to a767579b, that nobody ranked."""
    records, bad = items(real_data / "oasst/en_100_tree.jsonl.gz")
    assert bad == []
    ranks = Counter(len(one.responses) for one in records)
    assert ranks == {2: 57, 3: 117, 4: 27, 5: 3, 6: 6, 8: 1, 9: 1}
    assert ranks.total() == 212
    [partial] = [one for one in records if "unranked" in meta_of(one)]
    assert (partial.line, len(partial.responses)) == (59, 3)


def ranked(record: Record) -> tuple[str, list[tuple[str, str]], list[Row]]:
    """The set that a record was: tree, conversation, and replies but for what answers them."""
    meta = meta_of(record)
    assert record.key == meta["parent"] == meta["replies"][0]["parent_id"]
    replies = [
        {**rest, "text": response.text, "role": "assistant"}
        for response, rest in zip(record.responses, meta["replies"], strict=True)
    ]
    replies += meta.get("unranked", [])
    return meta["tree"], [(one["role"], one["content"]) for one in record.messages], replies


def test_every_ranked_set_of_a_tree_is_rebuilt_from_its_record(real_data: Path) -> None:
    path = real_data / "oasst/en_100_tree.jsonl.gz"
    roles = {"prompter": "user", "assistant": "assistant"}
    records, _ = items(path)
    expected = [
        (
            tree,
            [(roles[one["role"]], one["text"]) for one in conversation],
            sorted(
                ({key: value for key, value in one.items() if key != "replies"} for one in replies),
                key=lambda one: one.get("rank") is None,
            ),
        )
        for tree, conversation, replies in ranked_sets(path)
    ]
    assert list(map(ranked, records)) == expected
    for record in records:
        assert record.recorded == tuple(one["rank"] + 1 for one in meta_of(record)["replies"])
    assert len({record.key for record in records}) == len(records) == 212


# FineGrainedRLHF


def question(record: Record) -> Row:
    """The row that a record was."""
    meta = meta_of(record)
    marks = answer_of(record)["marks"]
    (message,) = record.messages
    asked, passages, *_ = message["content"].split("\n\n")
    assert passages == "Passages:"
    return {
        "question": asked.removeprefix("Question: "),
        **{key: meta[key] for key in ("passages", "gold", "preference")},
        **{f"prediction {n}": one.text for n, one in enumerate(record.responses, start=1)},
        "feedback": {
            "errors": [
                {
                    "error type": mark["category"],
                    "explanation": mark["note"],
                    "start": mark["start"],
                    "end": mark["end"],
                }
                for mark in marks
                if mark["start"] is not None
            ],
            "missing-info": [
                {"error type": mark["category"], **json.loads(mark["note"])}
                for mark in marks
                if mark["start"] is None
            ],
            "corrected-prediction": meta["corrected-prediction"],
        },
    }


def test_every_question_of_fine_grained_feedback_is_rebuilt_from_its_record(
    real_data: Path,
) -> None:
    path = real_data / "finegrained/dev_feedback.json.gz"
    records, bad = items(path)
    assert (len(records), bad) == (500, [])
    assert list(map(question, records)) == rows(path)


def test_fine_grained_preferences_are_an_order_in_478_of_500(real_data: Path) -> None:
    records, _ = items(real_data / "finegrained/dev_feedback.json.gz")
    assert sum(record.recorded is not None for record in records) == 478
    for record in records:
        outcomes = iter(meta_of(record)["preference"])
        for i, j in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
            outcome = next(outcomes)
            if record.recorded is not None:
                difference = record.recorded[j] - record.recorded[i]
                assert outcome == (0 if difference == 0 else 1 if difference > 0 else 2)


def test_fine_grained_prompts_hold_every_title_and_sentence_in_order(real_data: Path) -> None:
    for record in items(real_data / "finegrained/dev_feedback.json.gz")[0]:
        prompt, at = record.messages[0]["content"], 0
        for passage in meta_of(record)["passages"]:
            for said in passage:
                at = prompt.index(said, at) + len(said)
