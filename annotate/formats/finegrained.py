"""The fine-grained form: FineGrainedRLHF's feedback on long answers to questions (Wu et al. 2023).

`question`, `passages`, `prediction 1` to `prediction 4`; `feedback` on the first prediction: spans
with an error, information that is missing, a corrected answer; and `preference`, an outcome for
each pair of predictions. The feedback becomes a vote with marks, the preference the file's label.
All other fields are kept.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import orjson

from annotate.formats.candidates import bare
from annotate.formats.fields import items, kind, name, text, whole
from annotate.formats.meta import Meta, remainder, storable
from annotate.formats.records import MAX_GROUP, RECORDED, BadRecord, Message, Record, Row, Vote
from annotate.formats.votes import answered, dense, votes

PREDICTIONS = tuple([f"prediction {number}" for number in range(1, 5)])
_PAIRS = tuple(combinations(range(len(PREDICTIONS)), 2))
_TIE, _FIRST, _SECOND = range(3)
_KNOWN = frozenset({"question", "feedback", "votes", "id", "group", *PREDICTIONS})


def finegrained(line: int, row: Row) -> Record:
    """Four responses. `recorded` is None where the six outcomes are those of no order."""
    predictions = bare([row.get(field) for field in PREDICTIONS], PREDICTIONS)
    feedback = _object(row.get("feedback"), "feedback")
    return Record(
        line,
        name(row.get("id"), "id"),
        _prompt(row),
        predictions,
        votes(row.get("votes"), len(predictions), _vote(feedback, len(predictions[0].text))),
        _order(row.get("preference")),
        name(row.get("group"), "group", MAX_GROUP),
        _meta(row, feedback),
    )


def _object(value: Any, field: str) -> Row:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be an object; it is {kind(value)}.")
    return value


def _prompt(row: Row) -> tuple[Message, ...]:
    """One message: the question, and the numbered passages, each with its title above it."""
    parts = [f"Question: {text(row.get('question'), 'question')}", "Passages:"]
    for place, value in enumerate(items(row.get("passages"), "passages")):
        title, *sentences = _texts(value, f"passages[{place}]")
        parts.append(f"[{place + 1}] {title}\n{' '.join(sentences)}")
    return ({"role": "user", "content": "\n\n".join(parts)},)


def _texts(value: Any, field: str) -> list[str]:
    found = items(value, field)
    if not found or not all(type(one) is str for one in found):
        raise BadRecord(f"{field} must be a list of texts: a title, and sentences.")
    return found


def _vote(feedback: Row, length: int) -> tuple[Vote, ...]:
    marks = [
        *[
            _error(_object(error, f"feedback.errors[{place}]"), f"feedback.errors[{place}]", length)
            for place, error in enumerate(items(feedback.get("errors"), "feedback.errors"))
        ],
        *[
            _missing(_object(one, f"feedback.missing-info[{place}]"), place)
            for place, one in enumerate(
                items(feedback.get("missing-info"), "feedback.missing-info")
            )
        ],
    ]
    return (answered(RECORDED, {"marks": marks}),)


def _error(error: Row, field: str, length: int) -> Row:
    """A span of the first prediction; offsets count characters."""
    start = whole(error.get("start"), f"{field}.start", 0, length - 1)
    return {
        "response": 0,
        "category": text(error.get("error type"), f"{field}.error type"),
        "start": start,
        "end": whole(error.get("end"), f"{field}.end", start + 1, length),
        "note": error.get("explanation", ""),
    }


def _missing(item: Row, place: int) -> Row:
    """What the first prediction should have said; the note is where the passages say it."""
    where = {field: item.get(field) for field in ("passage_id", "sentence_id")}
    return {
        "response": 0,
        "category": text(item.get("error type"), f"feedback.missing-info[{place}].error type"),
        "start": None,
        "end": None,
        "note": orjson.dumps(where).decode(),
    }


def _order(value: Any) -> tuple[int, ...] | None:
    """The ranks whose pairs have these outcomes, if there are any."""
    outcomes = items(value, "preference")
    if len(outcomes) != len(_PAIRS):
        raise BadRecord(f"preference has {len(outcomes)} entries; there are {len(_PAIRS)} pairs.")
    better = [0] * len(PREDICTIONS)  # how many each prediction stands below
    for place, (outcome, (i, j)) in enumerate(zip(outcomes, _PAIRS, strict=True)):
        whole(outcome, f"preference[{place}]", _TIE, _SECOND)
        better[i] += outcome == _SECOND
        better[j] += outcome == _FIRST
    implied = [
        _TIE if better[i] == better[j] else _FIRST if better[i] < better[j] else _SECOND
        for i, j in _PAIRS
    ]
    return dense(better) if implied == outcomes else None


def _meta(row: Row, feedback: Row) -> Meta:
    """The row's other fields, and those of its feedback."""
    corrected = {
        field: value for field, value in feedback.items() if field not in ("errors", "missing-info")
    }
    return storable({**(remainder(row, _KNOWN) or {}), **corrected})
