"""Many raters at once: every task gets its overlap of judgments, and none gets more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections

from annotate.actions.assign import next_assignment
from annotate.actions.judge import submit
from annotate.actions.people import add_person
from annotate.models import Judgment, Project, Role, Task, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
OVERLAP = 3


def work_until_nothing_is_left(project: Project, rater: User) -> int:
    """One rater in a thread and on a connection of its own; how many tasks it judged."""
    try:
        done = 0
        while (lent := next_assignment(project=project, rater=rater)).assignment:
            first, second = lent.assignment.task.response_ids
            ranks = [{"response": first, "rank": 1}, {"response": second, "rank": 2}]
            submit(assignment=lent.assignment, key=uuid4(), revision=0, ranks=ranks, strength=1)
            done += 1
        return done
    finally:
        connections.close_all()


@pytest.mark.parametrize(
    ("raters", "tasks"),
    [(12, 60), pytest.param(64, 500, marks=pytest.mark.slow)],
)
def test_no_task_exceeds_its_overlap_and_none_is_starved(
    project: Project, add_tasks: Callable[..., list[Task]], raters: int, tasks: int
) -> None:
    add_tasks(tasks, overlap=OVERLAP)
    people = [
        add_person(project=project, by=None, username=f"r{i}", name=f"R{i}", role=Role.RATER)
        for i in range(raters)
    ]
    with ThreadPoolExecutor(raters) as pool:
        done = list(pool.map(lambda rater: work_until_nothing_is_left(project, rater), people))
    assert sum(done) == tasks * OVERLAP
    judged = Counter(Judgment.objects.filter(newest=True).values_list("task_id", flat=True))
    assert set(judged.values()) == {OVERLAP}
    assert len(judged) == tasks
    assert not Task.objects.exclude(places_left=0).exists()
