"""Celery bodies of the `default` queue: fetch by id, call one action."""

from __future__ import annotations

from celery import shared_task

from annotate.actions.analysis import analyse
from annotate.actions.consensus import refresh_consensus
from annotate.actions.importing import run_import
from annotate.actions.leases import return_expired
from annotate.jobs import (
    EVERYTHING,
    enqueue_coalesced,
    enqueue_gathered,
    finished,
    gathered,
    opened,
)
from annotate.models import Import, Project
from annotate.queries.counted import projects_not_refreshed

REFRESH = "annotate.refresh_consensus"
ANALYSE = "annotate.analyse"
# It looks through all votes several times, and nobody watches its figures change.
ANALYSE_SECONDS = 120


@shared_task(name=REFRESH)
def refresh_consensus_task(project_id: int) -> None:
    opened(REFRESH, project_id)
    due = gathered(REFRESH, project_id)
    some = None if EVERYTHING in due or not due else [*due]
    refresh_consensus(project=Project.objects.get(pk=project_id), tasks=some)
    finished(REFRESH, project_id, due)
    enqueue_coalesced(ANALYSE, project_id, seconds=ANALYSE_SECONDS)


@shared_task(name=ANALYSE)
def analyse_task(project_id: int, all_anew: bool = False) -> None:
    opened(ANALYSE, project_id, *([True] if all_anew else []))
    analyse(project=Project.objects.get(pk=project_id), all_anew=all_anew)


@shared_task(name="annotate.run_import")
def run_import_task(import_id: int) -> None:
    run_import(job=Import.objects.get(pk=import_id))


@shared_task(name="annotate.refresh_late")
def refresh_late_task() -> None:
    for project_id in projects_not_refreshed():
        enqueue_gathered(REFRESH, project_id, [EVERYTHING])


@shared_task(name="annotate.return_expired")
def return_expired_task() -> None:
    return_expired()
