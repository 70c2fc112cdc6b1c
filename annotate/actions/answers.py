"""Answers between the API, where responses have ids, and the spec, where they have places.

`checked` is the one way in for every kind of question: raters' submissions, reviewers' decisions
and known answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from annotate.models import Question, Task
from annotate.models import Response as Answered
from annotate.questions import Answer, Spec, parse
from annotate.questions.errors import InvalidAnswer
from annotate.questions.rating import RatingSpec

Parts = Mapping[str, Any]
"""An answer as the API carries it: flat, responses by id, the parts that were not given empty."""


def checked(task: Task, question: Question, parts: Parts) -> Answer:
    """The answer to `task`, in canonical order. Raises ValidationError by field."""
    spec = parse(question.kind, question.spec)
    places = {pk: place for place, pk in enumerate(task.response_ids)}
    try:
        return spec.validate(texts_of(task, spec), _by_place(places, spec, parts))
    except InvalidAnswer as error:
        raise ValidationError({error.field: [error.message]}) from error


def texts_of(task: Task, spec: Spec) -> Sequence[str]:
    """The responses' texts in canonical order; only their number where the spec needs no more."""
    if not spec.needs_texts:
        return [""] * task.k
    texts = dict(Answered.objects.filter(pk__in=task.response_ids).values_list("pk", "text"))
    return [texts[pk] for pk in task.response_ids]


def columns_of(answer: Answer) -> dict[str, Any]:
    """The columns of a judgment that hold an answer."""
    k = len(answer.ranks)
    return {
        "ranks": list(answer.ranks),
        "strength": answer.strength,
        "unacceptable": list(answer.unacceptable or [False] * k),
        "tags": list(answer.tags),
        "note": answer.note,
        "answer": answer.to_json(),
    }


def _by_place(places: Mapping[int, int], spec: Spec, parts: Parts) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: value for name, value in parts.items() if value is not None and value != []
    }
    if "ranks" in data:
        data["ranks"] = _ranks(places, data["ranks"], "ranks")
    if "unacceptable" in data:
        marked = {_place(places, pk, "unacceptable") for pk in data["unacceptable"]}
        data["unacceptable"] = [place in marked for place in range(len(places))]
    if "criteria" in data:
        data["criteria"] = _criteria(places, data["criteria"])
    if "marks" in data:
        data["marks"] = [
            {**mark, "response": _place(places, mark["response"], "marks")}
            for mark in data["marks"]
        ]
    if isinstance(spec, RatingSpec):
        data["ratings"] = _ratings(places, spec, parts.get("ratings") or [])
    return data


def _place(places: Mapping[int, int], response: int, field: str) -> int:
    if response not in places:
        raise ValidationError({field: [f"Response {response} is not one of this task's."]})
    return places[response]


def _ranks(
    places: Mapping[int, int], given: Sequence[Mapping[str, int]], field: str
) -> list[int | None]:
    canonical: list[int | None] = [None] * len(places)
    for item in given:
        place = _place(places, item["response"], field)
        if canonical[place] is not None:
            raise ValidationError({field: [f"Response {item['response']} is ranked twice."]})
        canonical[place] = item["rank"]
    return canonical


def _criteria(places: Mapping[int, int], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in given:
        name = item["criterion"]
        if name in found:
            raise ValidationError({"criteria": [f"{name} is answered twice."]})
        ranks = _ranks(places, item["ranks"], "criteria")
        found[name] = {"ranks": ranks, "strength": item["strength"]}
    return found


def _ratings(
    places: Mapping[int, int], spec: RatingSpec, given: Sequence[Mapping[str, Any]]
) -> list[list[int | None]]:
    names = spec.names
    matrix: list[list[int | None]] = [[None] * len(names) for _ in places]
    for item in given:
        row = matrix[_place(places, item["response"], "ratings")]
        if item["criterion"] not in names:
            raise ValidationError({"ratings": [f"There is no criterion {item['criterion']} here."]})
        row[names.index(item["criterion"])] = item["value"]
    return matrix
