"""The life of a round: asked for, worked on, ended once with the tasks it chose.

Which pairs there are is `rm_training.queries.pool`, what the champion thinks of them
`rm_training.scoring` (torch, workers only), which to ask about `rm_training.acquisition`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from annotate.actions.audit import record
from annotate.actions.tasks import NewTask, create_tasks
from annotate.errors import Conflict
from annotate.jobs import enqueue
from annotate.models import Project, Task, User
from annotate.queries.projects import comparison_question
from rm_training.acquisition.choose import RANDOM, UNCERTAIN, Choice, choose
from rm_training.actions.claims import CHOOSE, Claim, perform, words_of
from rm_training.models import RewardModel, Round, RoundTask, Trigger
from rm_training.queries.pool import Candidates, candidates

State = Round.State
log = structlog.get_logger(__name__)

NO_COMPARISON = (
    "A round asks which of two responses is better, and this project has no comparison question. "
    "Add one in the settings."
)
BUSY = "A round of this project is queued or running already. Wait for it to end."


@transaction.atomic
def start_round(
    *,
    project: Project,
    by: User | None,
    trigger: Trigger,
    size: int | None = None,
    random_share: float | None = None,
) -> Round:
    """Queues a round; Conflict where one of the project has not ended, or it compares nothing.

    Locks the project.
    """
    if comparison_question(project) is None:
        raise Conflict(NO_COMPARISON)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    last = Round.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            round_ = Round.objects.create(
                project=project,
                number=last + 1,
                by=by,
                trigger=trigger,
                size=project.round_size if size is None else size,
                random_share=project.random_share if random_share is None else random_share,
                seed=secrets.randbits(31),
            )
    except IntegrityError:
        raise Conflict(BUSY) from None
    record(project=project, actor=by, action="round started", number=last + 1, trigger=trigger)
    enqueue(CHOOSE, round_.pk)
    return round_


def follow_with_round(*, project: Project, by: User | None, trigger: Trigger) -> None:
    """The round after a nightly run, where one can be: one that is on already serves as well."""
    try:
        start_round(project=project, by=by, trigger=trigger)
    except Conflict:
        log.info("no round after the run", project=project.slug)


def perform_round(round_id: int) -> None:
    """A worker's part. Any number of deliveries of the message end in one round of tasks."""
    perform(Round, round_id, _choose, _failed)


def _choose(held: Claim[Round]) -> None:
    round_ = Round.objects.select_related("project").get(pk=held.pk)
    project = round_.project
    champion = RewardModel.objects.filter(project=project, champion=True).first()
    found = candidates(project, size=round_.size, seed=round_.seed)
    held.write(champion=champion, pool_responses=len(found.response), pool_prompts=found.prompts)
    if champion is not None and len(found.response):
        from rm_training.scoring import score_pool  # noqa: PLC0415 -- loads torch: workers only

        found = score_pool(champion, found, beat=held.write)
    choices = choose(
        found.pool,
        size=round_.size,
        random_share=round_.random_share,
        seed=round_.seed,
        taken=found.taken,
    )
    _finish(held, found, choices)


@transaction.atomic
def _finish(held: Claim[Round], found: Candidates, choices: Sequence[Choice]) -> None:
    """The tasks and their reasons, and the end of the round, in one transaction."""
    round_ = held.lock()
    question = comparison_question(round_.project)
    assert question is not None  # questions are never deleted
    tasks = create_tasks(
        question=question,
        items=[_new_task(found, choice) for choice in choices],
        source=Task.Source.ROUND,
    )
    made = [(t, c) for t, c in zip(tasks, choices, strict=True) if t is not None]
    RoundTask.objects.bulk_create(
        [_reasoned(round_, found, t, c) for t, c in made], batch_size=2_000
    )
    _end(round_, State.DONE, _sentence(round_, found, [choice for _, choice in made]))


def _new_task(found: Candidates, choice: Choice) -> NewTask:
    first, second = found.response[choice.first], found.response[choice.second]
    prompt = int(found.pool.prompt[choice.first])
    return NewTask(prompt_id=prompt, response_ids=(int(first), int(second)))


def _reasoned(round_: Round, found: Candidates, task: Task, choice: Choice) -> RoundTask:
    means = {
        int(found.response[row]): float(found.pool.mean[row])
        for row in (choice.first, choice.second)
        if found.pool.scored[row]
    }
    first, second = task.response_ids
    return RoundTask(
        round=round_,
        task=task,
        reason=choice.reason,
        probability=choice.probability,
        mean_first=means.get(first),
        mean_second=means.get(second),
    )


def _sentence(round_: Round, found: Candidates, choices: Sequence[Choice]) -> str:
    if not choices:
        return found.why_empty
    random = sum(choice.reason != UNCERTAIN for choice in choices)
    parts = [f"{random} at random", f"{len(choices) - random} where the model is least sure"]
    if choices[0].reason not in {RANDOM, UNCERTAIN}:
        parts = ["all at random, for there is no champion to say where it is unsure yet"]
    sentence = (
        f"{len(choices):,} tasks from {len(found.response):,} responses to {found.prompts:,} "
        f"prompts: {', '.join(parts)}."
    )
    if len(choices) < round_.size:
        sentence += (
            f" {round_.size:,} were asked for, but a round takes at most one pair a prompt "
            "and no pair twice: push new responses or import more prompts."
        )
    return sentence + found.bounded


def _failed(round_: Round, error: Exception) -> None:
    fail(round_, f"The round failed: {words_of(error)} No task was made. Start a new round.")


def fail(round_: Round, message: str) -> None:
    """Ends a round in failure. The row is locked by the caller."""
    _end(round_, State.FAILED, message)


def _end(round_: Round, state: Round.State, message: str) -> None:
    round_.state = state
    round_.message = message
    round_.finished_at = timezone.now()
    round_.save()


__all__ = ["fail", "follow_with_round", "perform_round", "start_round"]
