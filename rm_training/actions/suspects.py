"""Sends the labels that a run's model doubts to the reviewers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from annotate.actions.review_requests import Requested, request_review
from annotate.models import User
from rm_training.models import Evaluation, TrainingRun

NOT_LISTED = "Run {run} does not doubt the label of task {tasks}. Nothing was sent to review."
# Not which way: a reviewer's decision is certain in training, so it must not follow the model.
REASON = "The model of run {run}, which had not seen the prompt, doubts this label."
Suspect = Mapping[str, Any]


def suspects_of(run: TrainingRun) -> dict[int, Suspect]:
    """By task, the most doubted first; of several comparisons of one task the most doubted."""
    evaluation = Evaluation.objects.filter(run=run).first()
    listed = (evaluation.result.get("suspects") or []) if evaluation else []
    found: dict[int, Suspect] = {}
    for suspect in listed:
        found.setdefault(suspect["task"], suspect)
    return found


def send_to_review(*, run: TrainingRun, by: User, tasks: Sequence[int] | None = None) -> Requested:
    """Asks for a review of those tasks of the run's suspects, or of all. ValidationError where one
    is none of them."""
    suspects = suspects_of(run)
    chosen = list(suspects) if tasks is None else list(dict.fromkeys(tasks))
    if strange := [str(task) for task in chosen if task not in suspects]:
        raise ValidationError({"tasks": [NOT_LISTED.format(run=run.pk, tasks=", ".join(strange))]})
    return request_review(
        project=run.project, reasons=dict.fromkeys(chosen, REASON.format(run=run.pk)), by=by
    )
