"""What a row of the corpus belongs to, held by the database itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from annotate.actions.projects import create_project
from annotate.models import Policy, Project, Prompt, Question, Response, Task, User
from annotate.queries.projects import current_question

AddTasks = Callable[..., list[Task]]
NOBODY = 2**40


@pytest.fixture
def other(alice: User) -> Project:
    return create_project(by=alice, name="Other")


def refused(make: Callable[[], Any], match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        make()


def test_a_prompt_of_no_project_is_refused(project: Project) -> None:
    refused(
        lambda: Prompt.objects.create(
            project_id=NOBODY, digest=b"p", messages=[], split=Prompt.Split.TRAIN
        ),
        "belongs to a project",
    )


def test_a_response_to_no_prompt_is_refused(project: Project) -> None:
    refused(
        lambda: Response.objects.create(prompt_id=NOBODY, digest=b"r", text="?"),
        "belongs to a prompt",
    )


def test_a_response_of_another_projects_policy_is_refused(
    add_tasks: AddTasks, other: Project
) -> None:
    [task] = add_tasks(1)
    theirs = Policy.objects.create(project=other, name="theirs")
    for policy in (theirs.pk, NOBODY):
        response = Response(prompt=task.prompt, digest=b"r", text="?", policy_id=policy)
        refused(response.save, "policy of the same project")


def test_a_task_of_another_projects_question_is_refused(
    add_tasks: AddTasks, other: Project
) -> None:
    [task] = add_tasks(1)
    for question in (current_question(other).pk, NOBODY):
        made = Task(
            question_id=question, prompt=task.prompt, response_ids=task.response_ids, k=2,
            digest=b"t",
        )  # fmt: skip
        refused(made.save, "of one project")


def test_one_wrong_row_among_many_refuses_the_statement(add_tasks: AddTasks) -> None:
    [task] = add_tasks(1)
    good = [Response(prompt=task.prompt, digest=bytes([n]), text=str(n)) for n in range(50)]
    before = Response.objects.count()
    refused(
        lambda: Response.objects.bulk_create(
            [*good, Response(prompt_id=NOBODY, digest=b"x", text="x")]
        ),
        "belongs to a prompt",
    )
    assert Response.objects.count() == before


@pytest.mark.parametrize("model", [Project, Question, Policy, Prompt, Response])
def test_what_others_refer_to_is_never_deleted(
    add_tasks: AddTasks, project: Project, model: type[models.Model]
) -> None:
    add_tasks(1)
    Policy.objects.create(project=project, name="p")
    rows = model._default_manager.all()
    refused(lambda: rows._raw_delete(rows.db), "is kept")


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Prompt, {"project_id": NOBODY}),
        (Policy, {"project_id": NOBODY}),
        (Response, {"policy_id": NOBODY}),
        (Response, {"prompt_id": NOBODY}),
        (Task, {"prompt_id": NOBODY}),
        (Task, {"question_id": NOBODY}),
    ],
)
def test_a_row_keeps_what_it_belongs_to(
    add_tasks: AddTasks, project: Project, model: type[models.Model], change: dict[str, int]
) -> None:
    add_tasks(1)
    Policy.objects.create(project=project, name="p")
    refused(lambda: model._default_manager.update(**change), "never change|keeps")
