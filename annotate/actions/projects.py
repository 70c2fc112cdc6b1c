"""Projects and their questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from rest_framework.exceptions import ValidationError

from annotate.actions.audit import record
from annotate.jobs import enqueue
from annotate.models import (
    Judgment,
    KnownAnswer,
    Membership,
    Project,
    Question,
    QuestionVersion,
    Role,
    Task,
    User,
)
from annotate.questions import Spec, parse
from annotate.questions.errors import InvalidSpec

COMPARISON: Mapping[str, Any] = {
    "kind": Question.Kind.COMPARISON,
    "title": "Which answer is better?",
    "spec": {},
}

# What the known answers of a question are written in: with another, they would mean another thing.
_KNOWN_DEPEND_ON = ("criteria", "minimum", "maximum", "slider")
OVERLAP_MAX = "The largest overlap can't be smaller than the overlap, {overlap}."
KNOWN_ANSWERS = (
    "{n} known answers were written for the question as it is. Remove them from their tasks "
    "first, or add another question."
)
STEPS_COUNTED = (
    "Steps have been judged as they are split now, and would be counted otherwise. "
    "Add another question."
)
RESPONSES = "There are tasks of {k} responses, which this would not allow."


@transaction.atomic
def create_project(
    *,
    by: User,
    name: str,
    slug: str = "",
    question: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Project:
    """A project with `by` as its owner and one question, given as `add_question` takes it; a plain
    comparison unless said otherwise."""
    slug = slug or slugify(name)[:60]
    if not slug or Project.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": ["A project has this address already, or it is empty."]})
    project = Project.objects.create(name=name, slug=slug, **fields)
    Membership.objects.create(project=project, user=by, role=Role.OWNER)
    add_question(project=project, by=by, **(question or COMPARISON))
    record(project=project, actor=by, action="project created", name=name)
    enqueue("rm_training.ensure_schedule", project.pk)
    return project


@transaction.atomic
def update_project(*, project: Project, by: User, changes: Mapping[str, Any]) -> Project:
    """Sets fields. A new overlap holds for tasks made from now on; older tasks keep theirs."""
    for field, value in changes.items():
        setattr(project, field, value)
    if project.overlap_max is not None and project.overlap_max < project.overlap:
        message = OVERLAP_MAX.format(overlap=project.overlap)
        raise ValidationError({"overlap_max": [message]})
    project.save(update_fields=list(changes))
    record(project=project, actor=by, action="project changed", fields=sorted(changes))
    return project


@transaction.atomic
def add_question(
    *,
    project: Project,
    by: User,
    kind: str,
    title: str,
    spec: object,
    needs_skills: Sequence[str] = (),
    for_groups: Sequence[str] = (),
) -> Question:
    """Another question of the project. ValidationError names the setting that is wrong."""
    question = Question.objects.create(
        project=project,
        kind=kind,
        title=title,
        spec=_parsed(kind, spec).to_json(),
        needs_skills=sorted(set(needs_skills)),
        for_groups=sorted(set(for_groups)),
    )
    _keep_version(question)
    record(project=project, actor=by, action="question added", question=question.pk, kind=kind)
    return question


@transaction.atomic
def change_question(*, question: Question, by: User, changes: Mapping[str, Any]) -> Question:
    """Sets title, spec, skills and groups. A spec that raters may have met gets a new version;
    their answers keep the old one, and tasks that are still open go on under the new one."""
    question = (
        Question.objects.select_for_update(of=("self",))
        .select_related("project")
        .get(pk=question.pk)
    )
    if "spec" in changes:
        changes = {**changes, "spec": _parsed(question.kind, changes["spec"]).to_json()}
    new_spec = changes.get("spec", question.spec)
    if new_spec != question.spec:
        _refuse_misfit(question, _parsed(question.kind, new_spec), new_spec)
        # With tasks there may be a rater who is just being shown one.
        if Task.objects.filter(question=question).exists():
            question.version += 1
    for field, value in changes.items():
        setattr(question, field, value)
    question.save()
    _keep_version(question)
    record(
        project=question.project,
        actor=by,
        action="question changed",
        question=question.pk,
        fields=sorted(changes),
        version=question.version,
    )
    return question


def _parsed(kind: str, spec: object) -> Spec:
    try:
        return parse(kind, spec)
    except InvalidSpec as error:
        raise ValidationError({error.field: [error.message]}) from error


def _refuse_misfit(question: Question, spec: Spec, new: Mapping[str, Any]) -> None:
    """What there is must fit the spec to come: the tasks' sizes, and the known answers."""
    low, high = spec.k_range
    sizes = Task.objects.filter(question=question)
    misfit = sizes.filter(k__gt=high).first() or sizes.filter(k__lt=low).first()
    if misfit:
        raise ValidationError({"k_max": [RESPONSES.format(k=misfit.k)]})
    moved = new.get("separator") != question.spec.get("separator")
    if moved and Judgment.objects.filter(task__question=question).exists():
        raise ValidationError({"separator": [STEPS_COUNTED]})
    changed = [name for name in _KNOWN_DEPEND_ON if new.get(name) != question.spec.get(name)]
    known = KnownAnswer.objects.filter(task__question=question).count() if changed else 0
    if known:
        raise ValidationError({changed[0]: [KNOWN_ANSWERS.format(n=known)]})


def _keep_version(question: Question) -> None:
    QuestionVersion.objects.update_or_create(
        question=question,
        version=question.version,
        defaults={"title": question.title, "spec": question.spec},
    )
