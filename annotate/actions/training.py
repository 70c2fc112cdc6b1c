"""Known answers: which tasks have one, what a rater in training is told, and when work begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from annotate.actions.answers import Parts, checked, columns_of
from annotate.actions.audit import record
from annotate.jobs import enqueue_gathered
from annotate.models import Assignment, Judgment, KnownAnswer, Membership, Project, Task, User
from annotate.queries.answers import ShownAnswer, is_right, shown_answer
from annotate.queries.known import checks_of, right_needed

# Every rater may have it: more places than there will ever be raters, within a smallint.
PLACES = 30_000

NO_RIGHT_ANSWER = "A revision has no right answer: choose a task of another kind of question."
NO_KNOWN_ANSWER = "This task has no known answer."
REPEATED = "This is a repeat of a rater's own task; choose the task it repeats."
JUDGED = (
    "Raters have judged this task as work already, and their votes would leave the data set. "
    "Choose a task without votes, or import one."
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a rater in training is told after an answer."""

    right: bool
    explanation: str
    answer: ShownAnswer


@transaction.atomic
def set_known_answer(
    *, task: Task, by: User, parts: Parts, explanation: str, training: bool
) -> KnownAnswer:
    """Makes a task gold, or training, by the answer that is right and why. ValidationError where
    the answer doesn't fit the question, or the task can't be one."""
    task = _locked(task)
    answer = checked(task, task.question, parts)
    _refuse_unfit(task)
    columns = columns_of(answer)
    known, _ = KnownAnswer.objects.update_or_create(
        task=task, defaults={"answer": columns, "explanation": explanation, "by": by}
    )
    used = task.overlap - task.places_left
    task.purpose = Task.Purpose.TRAINING if training else Task.Purpose.GOLD
    task.overlap, task.places_left = PLACES, PLACES - used
    task.save(update_fields=["purpose", "overlap", "places_left"])
    record(
        project=task.question.project,
        actor=by,
        action="known answer set",
        task=task.pk,
        purpose=task.purpose,
    )
    return known


def _locked(task: Task) -> Task:
    found = Task.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("question__project").get(pk=task.pk)


def _refuse_unfit(task: Task) -> None:
    if task.question.kind == "revision":
        raise ValidationError({"task": [NO_RIGHT_ANSWER]})
    if task.purpose == Task.Purpose.REPEAT:
        raise ValidationError({"task": [REPEATED]})
    if task.purpose == Task.Purpose.WORK and task.judgments.exists():
        raise ValidationError({"task": [JUDGED]})


@transaction.atomic
def forget_known_answer(*, task: Task, by: User) -> None:
    """Makes the task work again. What raters answered to it while it was gold counts as votes."""
    task = _locked(task)
    if task.purpose not in {Task.Purpose.GOLD, Task.Purpose.TRAINING}:
        raise ValidationError({"task": [NO_KNOWN_ANSWER]})
    KnownAnswer.objects.filter(task=task).delete()
    used = task.overlap - task.places_left
    task.purpose = Task.Purpose.WORK
    task.overlap = max(task.question.project.overlap, used)
    task.places_left = task.overlap - used
    task.save(update_fields=["purpose", "overlap", "places_left"])
    record(project=task.question.project, actor=by, action="known answer removed", task=task.pk)
    enqueue_gathered("annotate.refresh_consensus", task.question.project_id, [task.pk])


def feedback_on(assignment: Assignment, judgment: Judgment) -> Feedback | None:
    """In training: whether it was right, and why; and if that was enough, work begins. Else None:
    gold must not be told from work."""
    task = assignment.task
    if task.purpose != Task.Purpose.TRAINING:
        return None
    known = KnownAnswer.objects.filter(task=task).first()
    if known is None:
        return None  # removed since the rater was shown the task
    right = is_right(judgment, known, task.question)
    _end_training(task.question.project, assignment.rater_id)
    answer = shown_answer(task.question, task.response_ids, known.answer)
    return Feedback(bool(right), known.explanation, answer)


def _end_training(project: Project, rater: int) -> None:
    """Lets the rater work once enough of the newest answers of this training were right."""
    member = Membership.objects.get(project=project, user_id=rater)
    if member.training_since is None:
        return
    done = checks_of(
        project, Task.Purpose.TRAINING, raters=[rater], since=member.training_since
    ).get(rater, [])
    newest = done[: project.training_tasks]
    right = sum(check.right for check in newest)
    if len(newest) >= project.training_tasks and right >= right_needed(project):
        Membership.objects.filter(pk=member.pk).update(training_since=None)


def send_to_training(*, member: Membership, by: User | None) -> None:
    Membership.objects.filter(pk=member.pk).update(training_since=timezone.now())
    record(project=member.project, actor=by, action="sent to training", user=member.user.username)
