"""A web server killed in mid-load: what it acknowledged is kept, what it did not is sent again."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.models import Judgment, Project, Task
from tests.children import free_port
from tests.faults.raters import Rater, session, web

RATERS, TASKS, OVERLAP = 6, 60, 2

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_every_acknowledged_judgment_outlives_a_killed_web_server(
    project: Project, add_tasks: Callable[..., list[Task]], tmp_path: Path
) -> None:
    add_tasks(TASKS, overlap=OVERLAP)
    port = free_port()
    raters = [Rater(port, session(project, n)) for n in range(RATERS)]
    threads = [threading.Thread(target=rater.work) for rater in raters]
    with web(port, tmp_path / "first.log") as first:
        for thread in threads:
            thread.start()
        wait_for(lambda: sum(len(rater.acknowledged) for rater in raters) >= TASKS // 2)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)
    acknowledged = {key for rater in raters for key in list(rater.acknowledged)}
    kept = set(Judgment.objects.values_list("key", flat=True))
    assert acknowledged <= kept
    assert len(acknowledged) < TASKS * OVERLAP, "it was killed too late to tell anything"
    with web(port, tmp_path / "second.log"):
        for thread in threads:
            thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert any(rater.sent_again for rater in raters), "nobody noticed the kill"
    every = list(Judgment.objects.values_list("key", "newest"))
    assert {key for key, _ in every} == {key for rater in raters for key in rater.acknowledged}
    assert len(every) == TASKS * OVERLAP
    assert not Task.objects.exclude(places_left=0).exists()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited 120 seconds in vain"
        time.sleep(0.01)
