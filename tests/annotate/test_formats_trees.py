"""The tree form: one row, a record for each ranked set of replies."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from annotate.formats import BadLine, Record, read


def said(key: str, role: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"message_id": key, "text": f"Text {key}", "role": role, "replies": [*replies], **more}


def asked(key: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return said(key, "prompter", *replies, **more)


def reply(key: str, rank: int | None, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return said(key, "assistant", *replies, rank=rank, **more)


def items(prompt: Any, **more: Any) -> list[Record | BadLine]:
    row = {"message_tree_id": "t1", "prompt": prompt, **more}
    return list(read(io.BytesIO(json.dumps(row).encode()), name="trees", format="tree"))


def records(prompt: Any) -> list[Record]:
    found = items(prompt)
    assert all(isinstance(one, Record) for one in found), found
    return [one for one in found if isinstance(one, Record)]


def complaint(prompt: Any, **more: Any) -> str:
    (found,) = items(prompt, **more)
    assert isinstance(found, BadLine), found
    return found.reason


def test_a_ranked_set_is_a_record_with_the_conversation_down_to_its_parent() -> None:
    (found,) = records(asked("p", reply("a", None, asked("q", reply("b", 1), reply("c", 0)))))
    assert list(found.messages) == [
        {"role": "user", "content": "Text p"},
        {"role": "assistant", "content": "Text a"},
        {"role": "user", "content": "Text q"},
    ]
    assert [(one.text, one.policy) for one in found.responses] == [
        ("Text b", None),
        ("Text c", None),
    ]
    assert (found.line, found.key, found.recorded) == (1, "q", (2, 1))
    assert (found.votes, found.group) == ((), None)


def test_meta_names_tree_parent_and_all_that_is_said_of_the_replies_beyond_their_text() -> None:
    (found,) = records(asked("p", reply("a", 0, lang="en"), reply("b", 1, emojis={"+1": 2})))
    assert found.meta == {
        "tree": "t1",
        "parent": "p",
        "replies": [
            {"message_id": "a", "rank": 0, "lang": "en"},
            {"message_id": "b", "rank": 1, "emojis": {"+1": 2}},
        ],
    }


def test_a_tree_gives_a_record_for_each_ranked_set_parents_first() -> None:
    below = asked("q", reply("c", 0), reply("d", 1)), asked("r", reply("e", 0), reply("f", 1))
    found = records(asked("p", reply("a", 0, *below), reply("b", 1)))
    assert [one.key for one in found] == ["p", "q", "r"]
    assert {one.line for one in found} == {1}


def test_ranks_are_made_dense_and_equal_ones_are_a_tie() -> None:
    (found,) = records(asked("p", reply("a", 3), reply("b", 0), reply("c", 3)))
    assert found.recorded == (2, 1, 2)


def test_sets_that_nobody_ranked_single_replies_and_the_users_own_are_passed_over() -> None:
    assert items(asked("p", reply("a", None), reply("b", None))) == []
    assert items(asked("p", reply("a", 0))) == []
    both = asked("q", rank=0), asked("r", rank=1)
    assert items(asked("p", reply("a", 0, *both))) == []


def test_a_deleted_reply_is_no_sibling_and_nothing_that_answers_it_is_read() -> None:
    gone = reply("c", None, asked("q", reply("d", 0), reply("e", 1)), deleted=True)
    (found,) = records(asked("p", reply("a", 0), reply("b", 1), gone))
    assert [one.text for one in found.responses] == ["Text a", "Text b"]
    assert items(asked("p", reply("a", 0), reply("b", 1), deleted=True)) == []


def test_a_synthetic_reply_is_a_reply_like_others() -> None:
    (found,) = records(asked("p", reply("a", 0, synthetic=True), reply("b", 1)))
    assert len(found.responses) == 2


def test_a_reply_that_nobody_ranked_is_kept_beside_the_ranked_ones() -> None:
    below = asked("q", reply("c", 0), reply("d", 1))
    first, second = records(asked("p", reply("a", 0, below), reply("x", None), reply("b", 1)))
    assert [one.text for one in first.responses] == ["Text a", "Text b"]
    assert first.meta is not None
    assert [one["message_id"] for one in first.meta["unranked"]] == ["x"]
    assert second.key == "q"


def test_a_single_ranked_reply_is_no_set() -> None:
    assert items(asked("p", reply("a", 0), reply("b", None))) == []


def test_twins_are_a_bad_line_for_their_set_only() -> None:
    below = asked("q", reply("c", 0, text="Same"), reply("d", 1, text="Same"))
    first, second = items(asked("p", reply("a", 0, below), reply("b", 1)))
    assert isinstance(first, Record)
    words = "The replies to q were left out: reply c and reply d are the same text."
    assert second == BadLine(1, words)


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ([reply("a", 0, text=""), reply("b", 1)], "reply a is empty."),
        ([reply("a", -1), reply("b", 1)], "rank must be a whole number from 0 to 1000."),
        ([reply("a", 0), reply("b", 1, note="x" * 65_536)], "meta has "),
        ([reply(f"r{n}", n) for n in range(17)], "they are 17; a task takes at most 16 responses."),
    ],
)
def test_a_set_that_can_be_no_task_says_why(replies: list[dict[str, Any]], words: str) -> None:
    assert complaint(asked("p", *replies)).startswith(f"The replies to p were left out: {words}")


def test_replies_to_a_reply_of_the_assistant_are_no_task() -> None:
    words = "the conversation must end with the user's turn; it ends with the assistant's."
    assert complaint(reply("p", 0, reply("a", 0), reply("b", 1))).endswith(words)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (None, "prompt must be a message with text and replies; it is null."),
        ("Hi", "prompt must be a message with text and replies; it is text."),
        ({**asked("p"), "message_id": None}, "prompt.message_id is missing."),
        ({**asked("p"), "role": "bot"}, "prompt.role must be prompter or assistant."),
        ({**asked("p"), "role": []}, "prompt.role must be prompter or assistant."),
        ({**asked("p"), "text": None}, "prompt.text must be text; it is null."),
        ({**asked("p"), "replies": {}}, "replies of p must be a list; it is an object."),
        (asked("p", {**reply("a", 0), "text": 3}), "replies of p[0].text must be text; it is a n"),
        (asked("p", reply("a", 0, text="\0"), reply("b", 1)), "prompt.replies[0].text holds a NUL"),
    ],
)
def test_a_tree_that_cannot_be_walked_is_one_bad_line(prompt: Any, words: str) -> None:
    assert complaint(prompt).startswith(words)


def test_a_tree_without_an_id_is_a_bad_line() -> None:
    assert complaint(asked("p"), message_tree_id=None) == "message_tree_id is missing."


def test_a_line_that_is_no_json_does_not_end_the_file() -> None:
    good = json.dumps({"message_tree_id": "t", "prompt": asked("p", reply("a", 0), reply("b", 1))})
    lines = f"{good}\n{{broken\n{good}\n".encode()
    found = list(read(io.BytesIO(lines), name="trees"))
    assert [(one.line, type(one)) for one in found] == [(1, Record), (2, BadLine), (3, Record)]


def test_a_conversation_as_deep_as_json_may_be_is_read() -> None:
    start = "".join(
        json.dumps(said(f"m{n}", ("prompter", "assistant")[n % 2])).removesuffix("]}")
        for n in range(500)
    )
    end = json.dumps(asked("last", reply("a", 0), reply("b", 1))) + "]}" * 500
    data = f'{{"message_tree_id": "t", "prompt": {start}{end}}}'.encode()
    (found,) = read(io.BytesIO(data), name="deep")
    assert isinstance(found, Record), found
    assert len(found.messages) == 501
