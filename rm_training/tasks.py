"""Celery bodies of the learning side. `train`, `choose` and `benchmark` belong to the `gpu` queue,
`score` to a queue of its own, where torch is; the others start in a moment and belong to
`default`."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from annotate.models import Project
from rm_training.actions.benchmarks import perform_benchmark
from rm_training.actions.claims import BENCHMARK, CHOOSE, TRAIN
from rm_training.actions.rounds import perform_round
from rm_training.actions.runs import perform_run, start_nightly
from rm_training.actions.schedule import NIGHTLY, ensure_schedule
from rm_training.actions.scores import TASK as SCORE
from rm_training.actions.scores import Aggregate
from rm_training.actions.watch import watch


@shared_task(name=TRAIN)
def train_task(run_id: int) -> None:
    perform_run(run_id)


@shared_task(name=CHOOSE)
def choose_task(round_id: int) -> None:
    perform_round(round_id)


@shared_task(name=BENCHMARK)
def benchmark_task(run_id: int) -> None:
    perform_benchmark(run_id)


@shared_task(name=SCORE)
def score_task(
    model_id: int, items: list[dict[str, Any]], aggregate: Aggregate, reply: str
) -> None:
    # Imported here: only the worker of this queue loads torch.
    from rm_training.serving import answer  # noqa: PLC0415

    answer(model_id=model_id, items=items, aggregate=aggregate, reply=reply)


@shared_task(name=NIGHTLY)
def nightly_task(project_id: int) -> None:
    start_nightly(project=Project.objects.get(pk=project_id))


@shared_task(name="rm_training.ensure_schedule")
def ensure_schedule_task(project_id: int) -> None:
    ensure_schedule(project=Project.objects.get(pk=project_id))


@shared_task(name="rm_training.watch")
def watch_task() -> None:
    watch()
