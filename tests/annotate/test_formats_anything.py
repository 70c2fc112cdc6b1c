"""Whatever stands in a file: records, or sentences about what is wrong, and never an error."""

from __future__ import annotations

import copy
import io
import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotate.formats import BadLine, Record, UnreadableFile, read
from annotate.formats.forms import FIELDS
from annotate.formats.known import FORMS, SEVERAL
from tests.annotate.test_formats_finegrained import ROW
from tests.annotate.test_formats_forms import PAIR, RANKING, VOTE
from tests.annotate.test_formats_steps import SUM
from tests.annotate.test_formats_trees import asked, reply

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
KEPT = (
    *(*FIELDS, "input", "steps", "labels", "mistake_index", "separator", "rater", "question"),
    *("passages", "prediction 1", "prediction 2", "feedback", "preference", "message_tree_id"),
)
names = st.sampled_from(
    [*KEPT, "role", "content", "text", "policy", "strength", "answer", "tags", "replies", "rank"]
)
values = st.recursive(
    leaves | st.sampled_from(["user", "assistant", "Human: a\nAssistant:", "\n\nHuman: a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def check(row: Any, form: str) -> None:
    found = list(read(io.BytesIO(json.dumps([row]).encode()), name="rows", format=form))
    assert len(found) == 1 or form in SEVERAL
    for one in found:
        if isinstance(one, BadLine):
            assert one.reason.endswith(".")
        else:
            assert one.messages[-1]["role"] == "user"
            assert len({response.text for response in one.responses}) == len(one.responses) >= 1


@given(st.dictionaries(st.sampled_from(KEPT), values), st.sampled_from([*FORMS, *SEVERAL]))
def test_any_row_is_records_or_bad_lines_with_a_sentence(row: dict[str, Any], form: str) -> None:
    check(row, form)


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("preference", {**PAIR, "meta": {"a": 1}}),
    ("ranking", {**RANKING, "ranks": [1, 2, 2], "votes": [VOTE, {"rater": "b", "answer": {}}]}),
    ("steps", {**SUM, "mistake_index": 1, "separator": "line"}),
    ("steps", {**SUM, "labels": [1, 0, None], "rater": "ann"}),
    ("finegrained", ROW),
    (
        "tree",
        {
            "message_tree_id": "t",
            "prompt": asked("p", reply("a", 0, asked("q", reply("b", 0), reply("c", 1)))),
        },
    ),
]


@given(st.data(), st.sampled_from(GOOD), values)
def test_a_good_row_with_any_part_of_it_replaced_is_records_or_bad_lines(
    data: st.DataObject, good: tuple[str, dict[str, Any]], value: Any
) -> None:
    form, row = good[0], copy.deepcopy(good[1])
    part: Any = row
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(part[key], dict | list) and part[key] and data.draw(st.booleans())):
            break
        part = part[key]
    part[key] = value
    check(row, form)


@given(st.binary(max_size=60), st.sampled_from([b"", b"[", b"\x1f\x8b", b'[{"prompt": "']))
def test_any_bytes_are_refused_or_read_but_never_an_error(data: bytes, start: bytes) -> None:
    found: list[Any] = []
    with suppress(UnreadableFile):
        found.extend(read(io.BytesIO(start + data), name="noise"))
    assert all(isinstance(one, BadLine | Record) for one in found)
