"""The steps form: a solution in steps, and where the file says which of them are right.

`input` or `prompt`, `steps`, and perhaps `separator`, `labels` or `mistake_index`, and `rater`.
Follows BIG-Bench-Mistake (Tyen et al. 2024), whose `mistake_index` is the first wrong step, counted
from 0, or null. The label is a vote: somebody judged these steps. All other fields are kept.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from annotate.formats.fields import items, kind, name, whole
from annotate.formats.meta import remainder
from annotate.formats.records import (
    MAX_GROUP,
    RECORDED,
    BadRecord,
    Candidate,
    Message,
    Record,
    Row,
    Vote,
)
from annotate.formats.transcripts import prompt_messages
from annotate.formats.votes import answered, votes

MAX_STEPS = 500
SEPARATORS = {"line": "\n", "blank_line": "\n\n"}
_WORDS = {"line": "a newline", "blank_line": "a blank line"}
_LABELS = (1, 0, -1, None)
# `separator` is not among them: whoever splits the response again must find it in `meta`.
_KNOWN = frozenset(
    {"input", "prompt", "steps", "labels", "mistake_index", "rater", "votes", "id", "group"}
)


def steps(line: int, row: Row) -> Record:
    """One response, which is the steps joined; splitting it gives the same steps."""
    found = _steps(row.get("steps"))
    return Record(
        line,
        name(row.get("id"), "id"),
        _prompt(row),
        (Candidate(_joined(found, row.get("separator")), None, None),),
        votes(row.get("votes"), 1, _label(row, len(found))),
        None,
        name(row.get("group"), "group", MAX_GROUP),
        remainder(row, _KNOWN),
    )


def _prompt(row: Row) -> tuple[Message, ...]:
    given = [field for field in ("input", "prompt") if row.get(field) is not None]
    if len(given) == 2:
        raise BadRecord("input and prompt are both given; keep one of them.")
    field = given[0] if given else "prompt"
    return prompt_messages(row.get(field), field)


def _steps(value: Any) -> list[str]:
    found = items(value, "steps")
    if not 1 <= len(found) <= MAX_STEPS:
        raise BadRecord(f"steps has {len(found)} entries; a solution takes 1 to {MAX_STEPS}.")
    for place, step in enumerate(found):
        if type(step) is not str:
            raise BadRecord(f"steps[{place}] must be text; it is {kind(step)}.")
    return found


def _joined(found: list[str], given: Any) -> str:
    separator = "blank_line" if given is None else given
    if type(separator) is not str or separator not in SEPARATORS:
        raise BadRecord(f"separator must be one of: {', '.join(SEPARATORS)}.")
    joined = SEPARATORS[separator].join(found)
    again = joined.split(SEPARATORS[separator])
    for place, (step, part) in enumerate(zip_longest(found, again)):
        if step != part:
            raise BadRecord(
                f"steps[{place}] holds {_WORDS[separator]} or ends in part of one, which separates"
                " steps: joined, these steps could not be told apart."
            )
    if not joined or joined.isspace():
        raise BadRecord("steps are all empty.")
    return joined


def _label(row: Row, count: int) -> tuple[Vote, ...]:
    given = row.get("labels")
    if given is not None and "mistake_index" in row:
        raise BadRecord("labels and mistake_index are both given; keep one of them.")
    if given is not None:
        labels = _labels(given, count)
    elif "mistake_index" in row:
        labels = _until_the_mistake(row["mistake_index"], count)
    else:
        return ()
    rater = name(row.get("rater"), "rater") or RECORDED
    return (answered(rater, {"labels": labels, "reasons": []}),)


def _labels(value: Any, count: int) -> list[int | None]:
    found = items(value, "labels")
    if len(found) != count:
        raise BadRecord(f"labels has {len(found)} entries; the record has {count} steps.")
    for place, label in enumerate(found):
        if type(label) not in (int, type(None)) or label not in _LABELS:
            raise BadRecord(f"labels[{place}] must be 1 (right), 0 (neutral), -1 (wrong) or null.")
    return found


def _until_the_mistake(index: Any, count: int) -> list[int | None]:
    """Right up to the first wrong step; nobody judged what follows it."""
    if index is None:
        return [1] * count
    first = whole(index, "mistake_index", 0, count - 1)
    return [*[1] * first, -1, *[None] * (count - first - 1)]
