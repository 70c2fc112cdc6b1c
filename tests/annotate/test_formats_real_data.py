"""Real files, whole: every pair is a record or a complaint, and the counts are exact."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from annotate.formats import BadLine, Record, UnreadableFile, read

SIDES = ("chosen", "rejected")


def items(path: Path) -> tuple[list[Record], list[BadLine]]:
    with path.open("rb") as stream:
        found = list(read(stream, name=path.name))
    return (
        [item for item in found if isinstance(item, Record)],
        [item for item in found if isinstance(item, BadLine)],
    )


def rows(path: Path) -> list[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()).decode()
    return json.loads(text) if text.startswith("[") else [json.loads(x) for x in text.splitlines()]


def test_hh_harmless_gives_2308_records_and_4_pairs_without_an_answer(real_data: Path) -> None:
    records, bad = items(real_data / "hh/harmless-base-test.jsonl.gz")
    assert len(records) == 2308
    empty = "chosen: the assistant's last turn is empty."
    assert bad == [BadLine(line, empty) for line in (87, 517, 926, 1104)]
    assert all(record.recorded == (1, 2) for record in records)


def test_hh_prompts_alternate_and_hold_what_both_transcripts_say(real_data: Path) -> None:
    path = real_data / "hh/harmless-base-test.jsonl.gz"
    records, _ = items(path)
    raw = rows(path)
    for record in records:
        roles = [message["role"] for message in record.messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
        both = raw[record.line - 1]["chosen"], raw[record.line - 1]["rejected"]
        for paragraph in "\n\n".join(turn["content"] for turn in record.messages).split("\n\n"):
            assert all(paragraph in transcript for transcript in both)


def test_hh_answers_are_what_follows_the_last_assistant_turn_in_all_but_5(real_data: Path) -> None:
    """TRL's own HH script takes what follows the last '\\n\\nAssistant:'. In 5 pairs a model wrote
    such a turn into its own answer: there the answer is kept whole."""
    path = real_data / "hh/harmless-base-test.jsonl.gz"
    records, _ = items(path)
    raw = rows(path)
    differing = [
        record.line
        for record in records
        if [response.text for response in record.responses]
        != [raw[record.line - 1][side].rpartition("\n\nAssistant:")[2].strip() for side in SIDES]
    ]
    assert differing == [1255, 1689, 1951, 1953, 2037]


def test_openassistant_gives_1021_records_and_one_pair_of_twins(real_data: Path) -> None:
    path = real_data / "oasst/oasst_en_val_dialogue.json.gz"
    records, bad = items(path)
    assert len(records) == 1021
    assert [item.reason for item in bad] == ["chosen and rejected are the same text."]
    raw = rows(path)
    assert len(raw) == 1022
    kept = [row for row in raw if row["chosen"] != row["rejected"]]
    for record, row in zip(records, kept, strict=True):
        assert [answer.text for answer in record.responses] == [row[side].strip() for side in SIDES]
        assert all(turn["content"] in row["prompt"] for turn in record.messages)


def test_openassistant_turns_are_as_many_as_the_transcripts_have(real_data: Path) -> None:
    records, _ = items(real_data / "oasst/oasst_en_val_dialogue.json.gz")
    lengths = [len(record.messages) for record in records]
    assert {length: lengths.count(length) for length in set(lengths)} == {1: 530, 3: 485, 5: 6}


def test_an_element_is_said_to_start_on_its_line(real_data: Path) -> None:
    path = real_data / "oasst/oasst_en_val_dialogue.json.gz"
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    records, _ = items(path)
    assert all(lines[record.line - 1].strip() == "{" for record in records)


@pytest.mark.parametrize(
    "name",
    [
        "pandalm/testset-v1.json.gz",
        "llamafactory/dpo_en_demo.json.gz",
        "ukp/UKPConvArg1.tar.gz",
        "crowd/labels.txt",
    ],
)
def test_a_real_file_in_another_form_is_refused_with_the_known_forms(
    real_data: Path, name: str
) -> None:
    with pytest.raises(UnreadableFile, match=r"Known forms are: hh"):
        items(real_data / name)
