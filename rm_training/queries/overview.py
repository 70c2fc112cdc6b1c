"""A project at a glance: numbers, the newest of each kind of work, and what needs doing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotate.models import Agreement, Membership, Project, Role
from annotate.queries.overview import Counts, Day, counts, days
from rm_training.models import Job, RewardModel, Round, TrainingRun
from rm_training.queries.listings import models_of, rounds_of, runs_of

# The gate says "inconclusive" below this, so it is no use to ask for a run earlier.
ENOUGH_TO_TRAIN = 20


@dataclass(frozen=True, slots=True)
class Need:
    """One sentence on what to do next, and the page where it is done."""

    text: str
    page: str


@dataclass(frozen=True, slots=True)
class Overview:
    counts: Counts
    days: list[Day]
    agreement: Agreement | None
    champion: RewardModel | None
    last_run: TrainingRun | None
    last_round: Round | None
    needs: list[Need]


def overview(project: Project) -> Overview:
    numbers = counts(project)
    agreement = Agreement.objects.filter(project=project).order_by("-computed_at").first()
    run, round_ = runs_of(project).first(), rounds_of(project).first()
    needs = [
        *_collecting_needs(project, numbers, agreement),
        *_learning_needs(numbers, run, round_),
    ]
    return Overview(
        counts=numbers,
        days=days(project),
        agreement=agreement,
        champion=models_of(project).filter(champion=True).first(),
        last_run=run,
        last_round=round_,
        needs=needs,
    )


def _collecting_needs(
    project: Project, numbers: Counts, agreement: Agreement | None
) -> Iterator[Need]:
    if not numbers.tasks:
        yield Need("There is nothing to rate yet: import a file of prompts and answers.", "imports")
        return
    if not Membership.objects.filter(project=project, role=Role.RATER).exists():
        yield Need("Nobody rates here yet: add people and send them their links.", "people")
    if not numbers.tasks_open:
        yield Need("Every task has all its judgments: start a round or import more.", "rounds")
    if agreement and agreement.alpha["value"] is None and numbers.judgments >= ENOUGH_TO_TRAIN:
        yield Need(f"Agreement is not known: {agreement.alpha['reason']}", "agreement")


def _learning_needs(
    numbers: Counts, run: TrainingRun | None, round_: Round | None
) -> Iterator[Need]:
    if run is None and numbers.judgments >= ENOUGH_TO_TRAIN:
        yield Need(
            f"{numbers.judgments:,} judgments and no reward model yet: start a training run.",
            "training",
        )
    if run is not None and run.state == Job.State.FAILED:
        yield Need("The last training run failed: its page says why.", "training")
    if round_ is not None and round_.state == Job.State.FAILED:
        yield Need("The last round failed: its page says why.", "rounds")
