"""Answers read back: as the spec knows them, by place, and as the API carries them, by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.models import Judgment, KnownAnswer, Question
from annotate.questions import Answer, Spec, parse
from annotate.questions.known import correct

_COLUMNS = ("ranks", "strength", "unacceptable", "tags", "note", "answer")


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as the API carries it; the parts that its kind of question lacks are empty."""

    ranks: list[dict[str, int]] = field(default_factory=list)
    strength: int | None = None
    unacceptable: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    note: str = ""
    criteria: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    labels: list[int | None] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    critique: str | None = None
    text: str | None = None
    principle: int | None = None


def stored(judgment: Judgment) -> dict[str, Any]:
    """The columns of a judgment that hold its answer."""
    return {name: getattr(judgment, name) for name in _COLUMNS}


def answer_of(spec: Spec, columns: Mapping[str, Any]) -> Answer:
    """The answer that `stored` columns hold."""
    ranks, strength, unacceptable, tags, note, extra = (columns[name] for name in _COLUMNS)
    return spec.answer_from(ranks, strength, unacceptable, tags, note, extra)


def is_right(judgment: Judgment, known: KnownAnswer, question: Question) -> bool | None:
    """Whether a judgment agrees with the known answer; None where nothing can be right."""
    spec = parse(question.kind, question.spec)
    return correct(spec, answer_of(spec, known.answer), answer_of(spec, stored(judgment)))


def shown_answer(
    question: Question, response_ids: Sequence[int], columns: Mapping[str, Any]
) -> ShownAnswer:
    """An answer with responses by id. `question` has the spec that it answers."""
    extra = columns["answer"]
    marks = extra.get("marks", ())
    compares = question.kind == Question.Kind.COMPARISON
    return ShownAnswer(
        ranks=_ranks(response_ids, columns["ranks"]) if compares else [],
        strength=columns["strength"],
        unacceptable=[
            pk for pk, bad in zip(response_ids, columns["unacceptable"], strict=True) if bad
        ],
        tags=columns["tags"],
        note=columns["note"],
        criteria=[
            {**part, "criterion": name, "ranks": _ranks(response_ids, part["ranks"])}
            for name, part in _in_order(question, extra.get("criteria", {}))
        ],
        ratings=_ratings(question, response_ids, extra.get("ratings", ())),
        marks=[{**mark, "response": response_ids[mark["response"]]} for mark in marks],
        labels=extra.get("labels", []),
        reasons=extra.get("reasons", []),
        critique=extra.get("critique"),
        text=extra.get("text"),
        principle=extra.get("principle"),
    )


def _in_order(question: Question, criteria: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The question's criteria as they are asked: jsonb keeps an order of its own."""
    asked = question.spec.get("criteria", []) if criteria else []
    return [(name, criteria[name]) for name in asked]


def _ranks(response_ids: Sequence[int], ranks: Sequence[int]) -> list[dict[str, int]]:
    """Only what was placed: a rank below 1 says that a response was left out."""
    pairs = zip(response_ids, ranks, strict=True)
    return [{"response": pk, "rank": rank} for pk, rank in pairs if rank >= 1]


def _ratings(
    question: Question, response_ids: Sequence[int], matrix: Sequence[Sequence[int | None]]
) -> list[dict[str, Any]]:
    names = [criterion["name"] for criterion in question.spec["criteria"]] if matrix else []
    return [
        {"response": pk, "criterion": name, "value": value}
        for pk, row in zip(response_ids, matrix, strict=False)
        for name, value in zip(names, row, strict=True)
        if value is not None
    ]
