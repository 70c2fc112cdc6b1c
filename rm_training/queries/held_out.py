"""Judged comparisons of the random evaluation split, which no training run learns from.

Which of them are taken hangs on the tasks' digests alone: they are as good as drawn at random, and
two models, or the same two another day, meet the same ones while no more are judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from annotate.models import Project, Prompt, Response, Task

MOST_TASKS = 200


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The tasks, and the prompts and responses they are about by their ids."""

    tasks: list[Task]
    prompts: dict[int, Prompt]
    responses: dict[int, Response]

    def by_prompt(self) -> dict[int, list[Response]]:
        """The responses of each prompt's tasks, each once."""
        found: dict[int, list[Response]] = {}
        for response in self.responses.values():
            found.setdefault(response.prompt_id, []).append(response)
        return found


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Two responses of a task; `target` is P(first is preferred), a tie counting half. All pairs
    of one response together weigh 1."""

    task: Task
    first: int
    second: int
    target: float
    weight: float


def held_out(project: Project, *, most_responses: int) -> HeldOut:
    """Up to 200 tasks, as far as their responses are no more than `most_responses`."""
    found = (
        Task.objects.filter(
            prompt__project=project,
            prompt__split=Prompt.Split.EVALUATION,
            purpose=Task.Purpose.WORK,
            k__gte=2,
            consensus__isnull=False,
        )
        .select_related("consensus", "prompt")
        .order_by("digest")[:MOST_TASKS]
    )
    tasks: list[Task] = []
    ids: set[int] = set()
    for task in found:
        wider = ids.union(task.response_ids)
        if len(wider) > most_responses:
            break
        ids = wider
        tasks.append(task)
    prompts = {task.prompt_id: task.prompt for task in tasks}
    return HeldOut(tasks, prompts, Response.objects.in_bulk(ids))


def pairs_of(task: Task) -> list[JudgedPair]:
    """The pairs of a task that somebody compared."""
    consensus = task.consensus
    pairs = []
    for place, (first, second) in enumerate(combinations(task.response_ids, 2)):
        triple = slice(3 * place, 3 * place + 3)
        if consensus.counts and not any(consensus.counts[triple]):
            continue
        win, tie, _ = consensus.posterior[triple]
        pairs.append(JudgedPair(task, first, second, win + tie / 2, 1 / (task.k - 1)))
    return pairs
