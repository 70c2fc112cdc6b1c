"""Projects and their questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from rest_framework.exceptions import ValidationError

from annotate.actions.audit import record
from annotate.jobs import enqueue
from annotate.models import Membership, Project, Question, Role, User
from annotate.questions.comparison import ComparisonSpec

DEFAULT_TITLE = "Which answer is better?"


@transaction.atomic
def create_project(
    *, by: User, name: str, slug: str = "", spec: ComparisonSpec | None = None, **fields: Any
) -> Project:
    """A project with `by` as its owner and one comparison question."""
    slug = slug or slugify(name)[:60]
    if not slug or Project.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": ["A project has this address already, or it is empty."]})
    project = Project.objects.create(name=name, slug=slug, **fields)
    Membership.objects.create(project=project, user=by, role=Role.OWNER)
    Question.objects.create(
        project=project,
        kind=Question.Kind.COMPARISON,
        title=DEFAULT_TITLE,
        spec=(spec or ComparisonSpec()).to_json(),
    )
    record(project=project, actor=by, action="project created", name=name)
    enqueue("rm_training.ensure_schedule", project.pk)
    return project


@transaction.atomic
def update_project(*, project: Project, by: User, changes: Mapping[str, Any]) -> Project:
    """Sets fields. A new overlap holds for tasks made from now on; older tasks keep theirs."""
    for field, value in changes.items():
        setattr(project, field, value)
    project.save(update_fields=list(changes))
    record(project=project, actor=by, action="project changed", fields=sorted(changes))
    return project
