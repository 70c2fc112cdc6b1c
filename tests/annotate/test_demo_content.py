"""The demo project's prompts, answers and guidelines keep the shape the demo relies on.

It does not know whether an answer is true: that was checked by reading.
"""

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import annotate

DEMO = Path(annotate.__file__).parent / "demo"
FILES = {"prompts.jsonl": 48, "followups.jsonl": 24}
POLICIES = {"demo-small", "demo-large", "demo-verbose", "demo-echo"}

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    with (DEMO / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def answers(row: Row) -> list[str]:
    return [response["text"] for response in row["responses"]]


def words(row: Row) -> list[int]:
    return [len(text.split()) for text in answers(row)]


def share_of_pairs_won_by_the_longer(table: list[Row]) -> float:
    """Over the pairs of answers to one prompt whose word counts differ."""
    won = [
        (size[i] > size[j]) == (row["quality"][i] > row["quality"][j])
        for row in table
        for size in [words(row)]
        for i, j in combinations(range(4), 2)
        if size[i] != size[j]
    ]
    return won.count(True) / len(won)


def qualities_of_answers_matching(pattern: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for row in rows("prompts.jsonl"):
        for text, quality in zip(answers(row), row["quality"], strict=True):
            found[quality] += bool(re.search(pattern, text, flags=re.MULTILINE))
    return found


@pytest.mark.parametrize(("name", "count"), FILES.items())
def test_each_file_has_its_number_of_prompts(name: str, count: int) -> None:
    assert len(rows(name)) == count


@pytest.mark.parametrize("name", FILES)
def test_every_prompt_has_four_distinct_answers_of_15_to_140_words(name: str) -> None:
    for row in rows(name):
        assert len(set(answers(row))) == len(row["responses"]) == 4, row["id"]
        assert 15 <= min(words(row)) <= max(words(row)) <= 140, row["id"]


@pytest.mark.parametrize("name", FILES)
def test_quality_is_a_permutation_of_one_to_four(name: str) -> None:
    for row in rows(name):
        assert sorted(row["quality"]) == [1, 2, 3, 4], row["id"]


@pytest.mark.parametrize("name", FILES)
def test_the_longer_answer_is_the_better_one_in_about_half_of_the_pairs(name: str) -> None:
    assert 0.35 <= share_of_pairs_won_by_the_longer(rows(name)) <= 0.65


@pytest.mark.parametrize("name", FILES)
def test_the_best_answer_is_outgrown_by_a_worse_one_in_a_third_of_the_prompts(name: str) -> None:
    table = rows(name)
    outgrown = [words(row)[row["quality"].index(4)] < max(words(row)) for row in table]
    assert sum(outgrown) >= len(table) / 3


@pytest.mark.parametrize("name", FILES)
def test_the_best_answer_stands_at_every_position(name: str) -> None:
    assert {row["quality"].index(4) for row in rows(name)} == {0, 1, 2, 3}


def test_ids_prompts_and_answers_never_repeat_across_the_two_files() -> None:
    everything = [row for name in FILES for row in rows(name)]
    texts = [text for row in everything for text in answers(row)]
    prompts = [json.dumps(row["prompt"]) for row in everything]
    assert len({row["id"] for row in everything}) == len(set(prompts)) == len(everything)
    assert len(set(texts)) == len(texts)


def test_each_of_the_four_policies_answers_each_prompt_once_and_none_is_always_the_best() -> None:
    best: Counter[str] = Counter()
    for row in rows("prompts.jsonl"):
        assert {response["policy"] for response in row["responses"]} == POLICIES, row["id"]
        assert {response["version"] for response in row["responses"]} == {"1"}
        best[row["responses"][row["quality"].index(4)]["policy"]] += 1
    assert set(best) == POLICIES
    assert max(best.values()) <= 24


def test_followups_all_come_from_the_second_version_of_one_policy() -> None:
    origins = {
        (r["policy"], r["version"]) for row in rows("followups.jsonl") for r in row["responses"]
    }
    assert origins == {("demo-large", "2")}


def test_conversations_alternate_and_end_with_the_user() -> None:
    conversations = [
        row["prompt"] for row in rows("prompts.jsonl") if isinstance(row["prompt"], list)
    ]
    assert len(conversations) >= 3
    for messages in conversations:
        assert [m["role"] for m in messages] == ["user", "assistant", "user"]
        assert all(m["content"].strip() for m in messages)


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a code block", r"^```"),
        ("LaTeX", r"\$.*\\?\w.*\$"),
        ("a table", r"^\|---"),
        ("bold", r"\*\*"),
        ("a bulleted list", r"^- "),
        ("a numbered list", r"^1\. "),
    ],
)
def test_layout_is_found_in_good_and_bad_answers_alike(what: str, pattern: str) -> None:
    found = qualities_of_answers_matching(pattern)
    assert found[3] + found[4] >= 2, what
    assert found[1] + found[2] >= 2, what


def test_guidelines_take_a_minute_to_read_and_name_every_reason() -> None:
    text = (DEMO / "guidelines.md").read_text(encoding="utf-8")
    assert 250 <= len(text.split()) <= 350
    for reason in (
        "accurate",
        "complete",
        "clear",
        "safe",
        "follows the instructions",
        "tone",
    ):
        assert f"**{reason}:**" in text
