"""The forms of comparisons: what each becomes, and what a row that cannot be used is told."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from annotate.formats import BadLine, Candidate, Message, Record, Vote, read
from annotate.formats.known import form_of
from annotate.formats.records import MAX_META

HELLO = {"role": "user", "content": "Hello"}
HI = {"role": "assistant", "content": "Hi"}
HO = {"role": "assistant", "content": "Ho"}
MORE = {"role": "user", "content": "More"}

PAIR = {"prompt": "Hello", "chosen": "Hi", "rejected": "Ho"}
RANKING = {"prompt": "Hello", "responses": ["Hi", "Ho", "Hey"]}
VOTE = {"rater": "ann", "ranks": [1, 2, 3]}


def item(row: dict[str, Any], format: str | None = None) -> Record | BadLine:
    stream = io.BytesIO(json.dumps(row).encode())
    (found,) = read(stream, name="rows", format=format or form_of(row) or "preference")
    return found


def record(row: dict[str, Any], format: str | None = None) -> Record:
    found = item(row, format)
    assert isinstance(found, Record), found
    return found


def reason(row: dict[str, Any], format: str | None = None) -> str:
    found = item(row, format)
    assert isinstance(found, BadLine), found
    return found.reason


def hh(chosen: str, rejected: str) -> dict[str, Any]:
    return {"chosen": chosen, "rejected": rejected}


def said(found: Record) -> tuple[list[tuple[str, str]], list[str]]:
    """The prompt as (role, content) and the texts of the responses."""
    prompt = [(str(message["role"]), message["content"]) for message in found.messages]
    return prompt, [response.text for response in found.responses]


# hh


def test_two_transcripts_share_their_prompt_and_end_in_the_answers() -> None:
    start = "\n\nHuman: Hello\n\nAssistant: Hi\n\nHuman: More?"
    found = record(hh(start + "\n\nAssistant: Yes.", start + "\n\nAssistant: No."))
    assert said(found) == (
        [("user", "Hello"), ("assistant", "Hi"), ("user", "More?")],
        ["Yes.", "No."],
    )
    assert found.recorded == (1, 2)
    assert found.votes == ()
    assert (found.line, found.key, found.group) == (1, None, None)


def test_a_transcript_may_start_without_newlines() -> None:
    found = record(hh("Human: Hello\n\nAssistant: Hi", "Human: Hello\n\nAssistant: Ho"))
    assert said(found) == ([("user", "Hello")], ["Hi", "Ho"])


def test_paragraphs_and_the_word_human_inside_a_line_do_not_end_a_turn() -> None:
    found = record(
        hh(
            "\n\nHuman: Hello\n\nAssistant: One.\n\nTwo. Human: no turn",
            "\n\nHuman: Hello\n\nAssistant: Human: neither",
        )
    )
    assert said(found)[1] == ["One.\n\nTwo. Human: no turn", "Human: neither"]


def test_neighbouring_turns_of_one_speaker_are_one_turn() -> None:
    found = record(
        hh(
            "\n\nHuman: Hello\n\nAssistant: One.\n\nAssistant: Two.",
            "\n\nHuman: Hello\n\nAssistant: One.\n\nAssistant:",
        )
    )
    assert said(found) == ([("user", "Hello")], ["One.\n\nTwo.", "One."])


def test_what_follows_the_answers_where_two_transcripts_part_is_cut_off() -> None:
    found = record(
        hh(
            "\n\nHuman: Hello\n\nAssistant: Hi\n\nHuman: More?\n\nAssistant: Yes.",
            "\n\nHuman: Hello\n\nAssistant: Ho\n\nHuman: Less?\n\nAssistant: No.",
        )
    )
    assert said(found) == ([("user", "Hello")], ["Hi", "Ho"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (hh("Hi", "Ho"), "chosen is not a transcript"),
        (hh("\n\nHuman: Hello\n\nAssistant: Hi", ""), "rejected is empty."),
        (hh("\n\nHuman: a\n\nAssistant: b", "x\n\nHuman: a\n\nAssistant: c"), "rejected has text"),
        (hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: a\n\nAssistant:"), "rejected: the assist"),
        (hh("\n\nHuman: a\n\nAssistant:", "\n\nHuman: a\n\nAssistant: b"), "chosen: the assist"),
        (hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: a\n\nAssistant: b "), "the same convers"),
        (hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: a"), "one is only the beginning"),
        (hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: x\n\nAssistant: c"), "part at turn 1,"),
        (hh("\n\nAssistant: b", "\n\nAssistant: c"), "share is empty"),
        (hh("\n\nHuman: \n\nAssistant: b", "\n\nHuman: \n\nAssistant: c"), "user's last turn is"),
        ({"chosen": None, "rejected": "x"}, "chosen is missing."),
        ({"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": 3}, "rejected must be text; it is"),
    ],
)
def test_a_transcript_pair_that_cannot_be_used_says_why(row: dict[str, Any], words: str) -> None:
    assert words in reason(row, "hh")


# preference


@pytest.mark.parametrize("prompt", ["Hello", [HELLO]])
@pytest.mark.parametrize("chosen", ["Hi", [HI], [HELLO, HI]])
@pytest.mark.parametrize("rejected", ["Ho", [HO], [HELLO, HO]])
def test_every_shape_of_a_preference_row_is_one_record(
    prompt: Any, chosen: Any, rejected: Any
) -> None:
    found = record({"prompt": prompt, "chosen": chosen, "rejected": rejected})
    assert said(found) == ([("user", "Hello")], ["Hi", "Ho"])
    assert found.recorded == (1, 2)


def test_a_prompt_may_be_implied_by_two_lists_of_messages() -> None:
    found = record({"chosen": [HELLO, HI, MORE, HI], "rejected": [HELLO, HI, MORE, HO]})
    assert said(found) == ([("user", "Hello"), ("assistant", "Hi"), ("user", "More")], ["Hi", "Ho"])


def test_a_null_prompt_is_an_implied_one() -> None:
    assert said(record({"prompt": None, "chosen": [HELLO, HI], "rejected": [HELLO, HO]}))[1] == [
        "Hi",
        "Ho",
    ]


def test_conversations_that_go_on_after_the_answers_are_cut_there() -> None:
    found = record({"prompt": [HELLO], "chosen": [HI, MORE, HI], "rejected": [HO, MORE, HO]})
    assert said(found) == ([("user", "Hello")], ["Hi", "Ho"])


def test_a_prompt_that_begins_with_human_becomes_messages() -> None:
    prompt = "Human: Hello\nAssistant: Hi\n\n- a list\nHuman: More\n"
    found = record({"prompt": prompt, "chosen": " Hi", "rejected": "Ho\n"})
    assert said(found) == (
        [("user", "Hello"), ("assistant", "Hi\n\n- a list"), ("user", "More")],
        ["Hi", "Ho"],
    )


def test_a_transcript_prompt_may_end_in_the_cue_for_the_answer() -> None:
    prompt = "\n\nHuman: Hello\nHuman: inside\n\nAssistant:"
    found = record({"prompt": prompt, "chosen": " Hi", "rejected": " Ho"})
    assert said(found) == ([("user", "Hello\nHuman: inside")], ["Hi", "Ho"])


def test_text_that_is_no_transcript_is_kept_to_the_letter() -> None:
    found = record({"prompt": " Hello\n", "chosen": " Hi", "rejected": "Hi "})
    assert said(found) == ([("user", " Hello\n")], [" Hi", "Hi "])


def test_a_system_message_stays_and_fields_beside_role_and_content_do_not() -> None:
    prompt = [{"role": "system", "content": ""}, {**HELLO, "name": "x", "tool_calls": None}]
    expected: list[Message] = [
        {"role": "system", "content": ""},
        {"role": "user", "content": "Hello"},
    ]
    assert list(record({**PAIR, "prompt": prompt}).messages) == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": ""}, "prompt is empty."),
        ({"prompt": " \n"}, "prompt is empty."),
        ({"prompt": []}, "prompt is empty."),
        ({"prompt": 7}, "prompt must be a list; it is a number."),
        ({"prompt": [HELLO, HI]}, "prompt must end with the user's turn; it ends with the assist"),
        ({"prompt": "Human: a\nAssistant: b"}, "prompt must end with the user's turn"),
        ({"prompt": "Human: "}, "prompt: the user's last turn is empty."),
        ({"prompt": [{"role": "user", "content": " "}]}, "prompt: the user's last turn is empty."),
        ({"prompt": ["Hello"]}, "prompt[0] must be a message with role and content; it is text."),
        ({"prompt": [{"role": "bot", "content": "x"}]}, "prompt[0].role must be system, user or"),
        ({"prompt": [{"role": [], "content": "x"}]}, "prompt[0].role must be system, user or"),
        ({"prompt": [{"role": "user"}]}, "prompt[0].content must be text; it is null."),
        ({"prompt": None}, "prompt is missing, and chosen and rejected are not lists"),
        ({"chosen": ""}, "chosen is empty."),
        ({"rejected": None}, "rejected is missing."),
        ({"rejected": {"a": 1}}, "rejected must be text; it is an object."),
        ({"rejected": True}, "rejected must be text; it is true or false."),
        ({"chosen": "Ho"}, "chosen and rejected are the same text."),
        ({"chosen": [HO], "rejected": [HO]}, "chosen and rejected are the same conversation."),
        ({"chosen": []}, "chosen is empty."),
        ({"chosen": [MORE, HI]}, "chosen must start with the assistant's message, or repeat"),
        ({"chosen": [{"role": "assistant", "content": " "}]}, "chosen: the assistant's last turn"),
        ({"chosen": "a\0b"}, "chosen holds a NUL character (\\u0000), which cannot be stored."),
        ({"prompt": [{"role": "user", "content": "\0"}]}, "prompt[0].content holds a NUL"),
        ({"id": ""}, "id is empty."),
        ({"id": True}, "id must be text; it is true or false."),
        ({"id": 1.5}, "id must be text; it is a number."),
        ({"id": "x" * 201}, "id has 201 characters; at most 200 can be kept."),
        ({"group": []}, "group must be text; it is a list."),
        ({"group": "x" * 101}, "group has 101 characters; at most 100 can be kept."),
    ],
)
def test_a_preference_row_that_cannot_be_used_names_the_field(
    change: dict[str, Any], words: str
) -> None:
    assert reason({**PAIR, **change}, "preference").startswith(words)


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert said(record({**PAIR, "chosen": "\\u0000"}))[1][0] == "\\u0000"


def test_a_nul_in_a_field_that_is_not_kept_does_no_harm() -> None:
    assert said(record({**PAIR, "source": "a\0b"}))[1] == ["Hi", "Ho"]


def test_ids_and_groups_are_kept_and_numbers_are_names() -> None:
    found = record({**PAIR, "id": 17, "group": "easy"})
    assert (found.key, found.group) == ("17", "easy")


# ranking


def test_responses_are_objects_or_bare_text_in_the_order_of_the_file() -> None:
    responses = [{"text": "Hi", "policy": "small", "version": 3}, "Ho", {"text": "Hey"}]
    found = record({"prompt": "Hello", "responses": responses})
    assert found.responses == (
        Candidate("Hi", "small", "3"),
        Candidate("Ho", None, None),
        Candidate("Hey", None, None),
    )
    assert found.recorded is None


def test_one_to_sixteen_responses_make_a_task() -> None:
    for k in (1, 2, 16):
        assert len(record({**RANKING, "responses": [f"r{n}" for n in range(k)]}).responses) == k
    for k in (0, 17):
        words = f"responses has {k} entries; a task takes 1 to 16."
        assert reason({**RANKING, "responses": [f"r{n}" for n in range(k)]}) == words


def test_the_ranks_of_a_ranking_are_its_label_and_nobodys_vote() -> None:
    found = record({**RANKING, "ranks": [7, 3, 7]})
    assert (found.recorded, found.votes) == ((2, 1, 2), ())
    assert record({**RANKING, "ranks": None}).recorded is None


def test_the_ranks_of_a_pair_are_not_looked_at() -> None:
    assert record({**PAIR, "ranks": "odd"}).recorded == (1, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": None}, "prompt is missing."),
        ({"responses": None}, "responses must be a list; it is null."),
        ({"responses": ["a", 1]}, "responses[1] must be text or an object with text; it is a num"),
        ({"responses": ["a", ""]}, "responses[1] is empty."),
        ({"responses": ["a", {"text": " "}]}, "responses[1].text is empty."),
        ({"responses": ["a", {"policy": "p"}]}, "responses[1].text is missing."),
        ({"responses": ["a", "b", "a"]}, "responses[0] and responses[2] are the same text."),
        ({"responses": ["a", {"text": "b", "policy": ""}]}, "responses[1].policy is empty."),
        ({"responses": ["a", {"text": "b", "version": "1"}]}, "responses[1].version is given wi"),
        ({"responses": ["a", {"text": "b\0"}]}, "responses[1].text holds a NUL"),
        ({"ranks": 1}, "ranks must be a list; it is a number."),
        ({"ranks": [1, 2]}, "ranks has 2 entries; the record has 3 responses."),
        ({"ranks": [1, 2, 0]}, "ranks[2] must be a whole number from 1 to 1000."),
        ({"ranks": [1, None, 2]}, "ranks[1] must be a whole number from 1 to 1000."),
    ],
)
def test_a_ranking_row_that_cannot_be_used_names_the_field(
    change: dict[str, Any], words: str
) -> None:
    assert reason({**RANKING, **change}).startswith(words)


def test_rows_of_another_form_than_the_first_are_reported() -> None:
    lines = "\n".join(map(json.dumps, [RANKING, PAIR, RANKING])).encode()
    found = list(read(io.BytesIO(lines), name="mixed"))
    assert [type(one) for one in found] == [Record, BadLine, Record]


@pytest.mark.parametrize(
    ("row", "form"),
    [
        (RANKING, "ranking"),
        (PAIR, "preference"),
        ({"chosen": [HI], "rejected": [HO]}, "preference"),
        ({"chosen": "a", "rejected": None}, "hh"),
        ({"chosen": {"from": "gpt"}, "rejected": {"from": "gpt"}, "conversations": []}, None),
        ({"chosen": "a"}, None),
        ({"input": "1 + 1", "steps": ["2"]}, "steps"),
        ({**PAIR, "steps": ["2"]}, "preference"),
        ({"message_tree_id": "t", "prompt": {}}, "tree"),
        ({"question": "?", "prediction 1": "!"}, "finegrained"),
        ({"question": "?", "answer": "!"}, None),
    ],
)
def test_the_form_is_told_by_the_fields(row: dict[str, Any], form: str | None) -> None:
    assert form_of(row) == form


# meta


@pytest.mark.parametrize("row", [PAIR, {"chosen": [HELLO, HI], "rejected": [HELLO, HO]}, RANKING])
def test_what_a_row_says_in_meta_is_kept_and_other_fields_are_not(row: dict[str, Any]) -> None:
    given = {"source": "web", "scores": [1, {"a": None}]}
    assert record({**row, "meta": given, "origin": "web"}).meta == given
    assert record(row).meta is None
    assert record({**row, "meta": None}).meta is None


def test_a_transcript_pair_keeps_its_meta_too() -> None:
    row = hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: a\n\nAssistant: c")
    assert record({**row, "meta": {"page": 3}}).meta == {"page": 3}


def test_meta_may_have_64_kilobytes_and_no_more() -> None:
    room = MAX_META - len('{"a":""}')
    assert record({**PAIR, "meta": {"a": "x" * room}}).meta == {"a": "x" * room}
    words = "meta has 65,537 bytes as JSON; at most 65,536 can be kept."
    assert reason({**PAIR, "meta": {"a": "x" * (room + 1)}}) == words


def nested(depth: int, inside: str) -> bytes:
    deep = '{"a":' * depth + json.dumps(inside) + "}" * depth
    return json.dumps(PAIR)[:-1].encode() + b', "meta": ' + deep.encode() + b"}"


@pytest.mark.parametrize(
    ("inside", "words"), [("x", "meta is nested too deep to be kept."), ("\0", "holds a NUL")]
)
def test_meta_nested_deeper_than_can_be_written_is_a_bad_line(inside: str, words: str) -> None:
    (found,) = read(io.BytesIO(nested(1_000, inside)), name="deep")
    assert isinstance(found, BadLine)
    assert words in found.reason


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ([], "meta must be an object; it is a list."),
        ("web", "meta must be an object; it is text."),
        ({"a": ["\0"]}, "meta.a[0] holds a NUL"),
        ({"a\0": 1}, "the name of a field in meta holds a NUL"),
    ],
)
def test_meta_that_cannot_be_kept_says_why(meta: Any, words: str) -> None:
    assert reason({**PAIR, "meta": meta}).startswith(words)


# votes


def votes(*given: Any) -> tuple[Vote, ...]:
    return record({**RANKING, "votes": list(given)}).votes


def test_a_vote_has_a_rater_and_ranks_and_the_rest_may_be_missing() -> None:
    assert votes(VOTE) == (Vote("ann", (1, 2, 3), None, None, None, None),)
    assert record({**RANKING, "votes": None}).votes == ()


def test_a_vote_keeps_all_it_says() -> None:
    given = {
        "rater": 12,
        "ranks": [1, 1, 2],
        "strength": 3,
        "unacceptable": [False, False, True],
        "submitted_at": "2026-05-01T12:30:00+02:00",
        "duration_ms": 5400,
        "tags": ["clear", "short"],
        "note": "Both lie.",
    }
    moment = datetime(2026, 5, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    expected = Vote("12", (1, 1, 2), 3, (False, False, True), moment, 5400, None,
                    ("clear", "short"), "Both lie.")  # fmt: skip
    assert votes(given) == (expected,)


@pytest.mark.parametrize("row", [PAIR, RANKING, {**RANKING, "responses": ["Hi"]}])
def test_a_vote_may_answer_another_kind_of_question_in_place_of_ranks(row: dict[str, Any]) -> None:
    answer = {"ratings": [[3, None]], "marks": []}
    (vote,) = record({**row, "votes": [{"rater": "ann", "answer": answer}]}).votes
    assert vote == Vote("ann", (), None, None, None, None, answer, (), "")


def test_a_time_without_an_offset_is_utc() -> None:
    (vote,) = votes({**VOTE, "submitted_at": "2026-05-01 12:30"})
    assert vote.submitted_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "dense"),
    [
        ([0, 1, 2], (1, 2, 3)),
        ([5, 5, 9], (1, 1, 2)),
        ([7, 3, 7], (2, 1, 2)),
        ([4, 4, 4], (1, 1, 1)),
    ],
)
def test_ranks_are_made_dense_from_one(given: list[int], dense: tuple[int, ...]) -> None:
    assert votes({**VOTE, "ranks": given})[0].ranks == dense


@pytest.mark.parametrize(
    "row", [PAIR, hh("\n\nHuman: a\n\nAssistant: b", "\n\nHuman: a\n\nAssistant: c")]
)
def test_votes_on_a_pair_rank_chosen_first_and_are_apart_from_its_label(row: Any) -> None:
    found = record({**row, "votes": [{"rater": "ann", "ranks": [2, 1]}]})
    assert found.votes[0].ranks == (2, 1)
    assert found.recorded == (1, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rater": None}, "votes[1].rater is missing."),
        ({"rater": " "}, "votes[1].rater is empty."),
        ({"rater": "ann"}, "votes[1].rater voted already in this record."),
        ({"ranks": None}, "votes[1].ranks must be a list; it is null."),
        ({"ranks": [1, 2]}, "votes[1].ranks has 2 entries; the record has 3 responses."),
        ({"ranks": [1, 2, True]}, "votes[1].ranks[2] must be a whole number from 0 to 1000."),
        ({"ranks": [1, 2.0, 3]}, "votes[1].ranks[1] must be a whole number from 0 to 1000."),
        ({"ranks": [-1, 2, 3]}, "votes[1].ranks[0] must be a whole number from 0 to 1000."),
        ({"ranks": [1, 2, "3"]}, "votes[1].ranks[2] must be a whole number from 0 to 1000."),
        ({"strength": 0}, "votes[1].strength must be a whole number from 1 to 3."),
        ({"strength": True}, "votes[1].strength must be a whole number from 1 to 3."),
        ({"unacceptable": True}, "votes[1].unacceptable must be a list; it is true or false."),
        ({"unacceptable": [True]}, "votes[1].unacceptable has 1 entries; the record has 3"),
        ({"unacceptable": [0, 1, 0]}, "votes[1].unacceptable[0] must be true or false; it is a"),
        ({"submitted_at": "yesterday"}, "votes[1].submitted_at must be a time like 2026-05-01T"),
        ({"submitted_at": 1700000000}, "votes[1].submitted_at must be a time like 2026-05-01T"),
        ({"submitted_at": "0001-01-01"}, "votes[1].submitted_at names the year 1."),
        ({"answer": {}}, "votes[1] has both ranks and an answer; give one of them."),
        ({"ranks": None, "answer": []}, "votes[1].answer must be an object; it is a list."),
        ({"tags": "clear"}, "votes[1].tags must be a list; it is text."),
        ({"tags": ["clear", ""]}, "votes[1].tags[1] is empty."),
        ({"tags": ["x" * 61]}, "votes[1].tags[0] has 61 characters; at most 60 can be kept."),
        ({"note": 3}, "votes[1].note must be text; it is a number."),
        ({"note": "a\0"}, "votes[1].note holds a NUL"),
        ({"duration_ms": -1}, "votes[1].duration_ms must be a whole number from 0 to 2147483647."),
        ({"duration_ms": 1e3}, "votes[1].duration_ms must be a whole number from 0 to"),
    ],
)
def test_a_vote_that_cannot_be_used_names_the_field(change: dict[str, Any], words: str) -> None:
    given = {**VOTE, "rater": "bob", **change}
    assert reason({**RANKING, "votes": [VOTE, given]}).startswith(words)


def test_votes_must_be_a_list_of_objects() -> None:
    assert reason({**RANKING, "votes": {}}) == "votes must be a list; it is an object."
    assert reason({**RANKING, "votes": [3]}) == "votes[0] must be an object; it is a number."
