"""Disputed tasks: a reviewer's decision, a rater's appeal against it, and the reply."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from annotate.actions.answers import Parts, checked, columns_of
from annotate.actions.audit import record
from annotate.errors import Conflict
from annotate.jobs import enqueue_gathered
from annotate.models import Appeal, Assignment, Judgment, ReviewRequest, Task, User
from annotate.queries.judgments import decisions_of

OWN_TASK = "You have had this task as a rater: somebody else has to decide it."
NO_WORK = "Only the raters' work is decided here; this task has a known answer or is a repeat."
NO_DECISION = "No reviewer has decided this task: there is nothing to appeal against."
NO_ANSWER = "You have not answered this task."
APPEALED = "You have appealed here already: {reply}"
ANSWERED = "Somebody has answered this appeal already."


@transaction.atomic
def adjudicate(*, task: Task, by: User, parts: Parts, explanation: str) -> Judgment:
    """Decides a task. The votes stay; the decision is a judgment beside them, certain in the
    consensus. Deciding again writes the next revision; of two reviewers the later one counts. A
    request to review the task is closed by it.

    Conflict where `by` has judged the task; ValidationError where the answer doesn't fit.
    """
    task = (
        Task.objects.select_for_update(of=("self",), no_key=True)
        .select_related("question__project")
        .get(pk=task.pk)
    )
    if task.purpose != Task.Purpose.WORK:
        raise ValidationError({"task": [NO_WORK]})
    answer = checked(task, task.question, {**parts, "note": ""})
    assignment = _own_place(task, by)
    before = Judgment.objects.filter(assignment=assignment, newest=True).first()
    Judgment.objects.filter(assignment=assignment, newest=True).update(newest=False)
    judgment = Judgment.objects.create(
        assignment=assignment,
        task=task,
        rater=by,
        kind=Judgment.Kind.ADJUDICATION,
        revision=before.revision + 1 if before else 1,
        k=task.k,
        shown=assignment.shown,
        submitted_at=timezone.now(),
        **{**columns_of(answer), "note": explanation},
    )
    ReviewRequest.objects.filter(task=task, closed_at=None).update(closed_at=judgment.submitted_at)
    record(project=task.question.project, actor=by, action="task decided", task=task.pk)
    enqueue_gathered("annotate.refresh_consensus", task.question.project_id, [task.pk])
    return judgment


def _own_place(task: Task, reviewer: User) -> Assignment:
    """The reviewer's assignment of a task takes none of its places."""
    assignment, _ = Assignment.objects.get_or_create(
        task=task,
        rater=reviewer,
        defaults={
            "state": Assignment.State.REVIEWED,
            "shown": list(range(task.k)),
            "version": task.question.version,
            "lease_expires_at": timezone.now(),
        },
    )
    if assignment.state != Assignment.State.REVIEWED:
        raise Conflict(OWN_TASK)
    return assignment


@transaction.atomic
def appeal(*, assignment: Assignment, text: str) -> Appeal:
    """A rater's objection to the decision on a task they judged; one a task."""
    project = assignment.task.question.project
    if assignment.state == Assignment.State.REVIEWED or not assignment.judgments.exists():
        raise ValidationError({"assignment": [NO_ANSWER]})
    if not decisions_of(project).filter(task=assignment.task_id).exists():
        raise ValidationError({"assignment": [NO_DECISION]})
    found, created = Appeal.objects.get_or_create(assignment=assignment, defaults={"text": text})
    if not created:
        raise Conflict(APPEALED.format(reply=found.reply or "it waits for an answer."))
    record(project=project, actor=assignment.rater, action="appeal made", task=assignment.task_id)
    return found


@transaction.atomic
def answer_appeal(*, appeal: Appeal, by: User, upheld: bool, reply: str) -> Appeal:
    """Says whether the rater was right. The decision itself is changed by deciding again."""
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if appeal.state != Appeal.State.OPEN:
        raise Conflict(ANSWERED)
    if appeal.assignment.rater_id == by.pk:
        raise Conflict(OWN_TASK)
    appeal.state = Appeal.State.UPHELD if upheld else Appeal.State.REJECTED
    appeal.reply, appeal.by, appeal.decided_at = reply, by, timezone.now()
    appeal.save()
    task = appeal.assignment.task
    record(
        project=task.question.project,
        actor=by,
        action=f"appeal {appeal.state}",
        task=task.pk,
    )
    return appeal
