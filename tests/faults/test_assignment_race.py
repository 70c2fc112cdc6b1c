"""Many raters at once: every task gets its overlap of judgments, and none gets more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections

from annotate.actions.assign import next_assignment
from annotate.actions.judge import submit
from annotate.actions.people import add_person
from annotate.models import Judgment, Project, Role, Task, User
from tests.children import free_port
from tests.faults.raters import Rater, session, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
OVERLAP = 3


def work_until_nothing_is_left(project: Project, rater: User) -> int:
    """One rater in a thread and on a connection of its own; how many tasks it judged."""
    try:
        done = 0
        while (lent := next_assignment(project=project, rater=rater)).assignment:
            first, second = lent.assignment.task.response_ids
            ranks = [{"response": first, "rank": 1}, {"response": second, "rank": 2}]
            parts = {"ranks": ranks, "strength": 1}
            submit(assignment=lent.assignment, key=uuid4(), revision=0, parts=parts)
            done += 1
        return done
    finally:
        connections.close_all()


def test_no_task_exceeds_its_overlap_and_none_is_starved(
    project: Project, add_tasks: Callable[..., list[Task]]
) -> None:
    add_tasks(60, overlap=OVERLAP)
    people = [
        add_person(project=project, by=None, username=f"r{i}", name=f"R{i}", role=Role.RATER)
        for i in range(12)
    ]
    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda rater: work_until_nothing_is_left(project, rater), people))
    assert sum(done) == 60 * OVERLAP
    check_overlap(60)


@pytest.mark.slow
@pytest.mark.parametrize("repetition", range(5))
def test_64_raters_over_http_share_500_tasks_exactly(
    project: Project, add_tasks: Callable[..., list[Task]], tmp_path: Path, repetition: int
) -> None:
    add_tasks(500, overlap=OVERLAP)
    port = free_port()
    raters = [Rater(port, session(project, n)) for n in range(64)]
    with web(port, tmp_path / "web.log"), ThreadPoolExecutor(64) as pool:
        list(pool.map(Rater.work, raters))
    assert sum(len(rater.acknowledged) for rater in raters) == 500 * OVERLAP
    check_overlap(500)


def check_overlap(tasks: int) -> None:
    judged = Counter(Judgment.objects.filter(newest=True).values_list("task_id", flat=True))
    assert set(judged.values()) == {OVERLAP}
    assert len(judged) == tasks
    assert not Task.objects.exclude(places_left=0).exists()
