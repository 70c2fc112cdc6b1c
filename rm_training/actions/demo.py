"""The demo project: real prompts and answers, and simulated raters who go the way people go.

What is simulated is how three raters judge, from the quality that the authors of the answers noted;
everything else (import, leases, judgments, training, rounds) is the ordinary path. The texts are in
`annotate/demo/`. Runs in one transaction: the demo is there whole, or not at all.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, cycle, pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

import annotate
from annotate.actions.assign import next_assignment
from annotate.actions.importing import import_file
from annotate.actions.judge import submit
from annotate.actions.people import add_person
from annotate.actions.projects import COMPARISON, create_project
from annotate.models import Assignment, Project, Response, Role, Task, User
from rm_training.actions.push import push_responses
from rm_training.actions.runs import start_run
from rm_training.actions.schedule import ensure_schedule
from rm_training.models import Trigger
from rm_training.policies.push import parse_items

SLUG = "demo"
FOLDER = Path(annotate.__file__).parent / "demo"
SEED = 20
PAIRS_A_PROMPT = 4
RANKINGS = 6
JUDGED_SHARE = 2 / 3
REASONS = ("accurate", "complete", "clear", "safe", "follows the instructions", "tone")
# The standard deviation of what each sees, on the authors' scale of 1 (worst) to 4 (best).
SIMULATED = {"Sim Ada": 0.5, "Sim Ben": 0.8, "Sim Cleo": 1.1}
TIE_BELOW = 0.4
UNACCEPTABLE_BELOW = 1.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    project: Project
    tasks: int
    judgments: int
    pushed: int


@transaction.atomic
def create_demo() -> Made | None:
    """The demo project with its people, votes and first training run; None where it exists."""
    if Project.objects.filter(slug=SLUG).exists():
        return None
    rng = random.Random(SEED)
    rows = _read("prompts.jsonl")
    owner = _owner()
    project = create_project(
        by=owner,
        name="Demo: helpful answers",
        slug=SLUG,
        question={**COMPARISON, "spec": {"reasons": list(REASONS)}},
        guidelines=(FOLDER / "guidelines.md").read_text(encoding="utf-8"),
        overlap=2,
        evaluation_share=0.4,
        round_size=20,
        demo=True,
    )
    add_person(project=project, by=owner, username="rita", name="Rita", role=Role.RATER)
    _import(project, _task_rows(rows, rng))
    judgments = _judge(project, owner, _qualities(rows), rng)
    pushed = _push(project, owner)
    ensure_schedule(project=project)
    start_run(project=project, by=owner, trigger=Trigger.COMMAND, then_round=True)
    tasks = Task.objects.filter(question__project=project).count()
    return Made(project, tasks, judgments, pushed)


def _read(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _owner() -> User:
    """Who owns the installation; signs in by the link that `serve` prints."""
    owner, made = User.objects.get_or_create(
        username="owner", defaults={"name": "Owner", "is_staff": True, "is_superuser": True}
    )
    if made:
        owner.set_unusable_password()
        owner.save(update_fields=["password"])
    return owner


def _task_rows(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """Four pairs of a prompt's four answers, or for a few prompts all four to be ranked."""
    rankings = set(rng.sample(range(len(rows)), RANKINGS))
    tasks = []
    for number, row in enumerate(rows):
        answers = row["responses"]
        if number in rankings:
            chosen = [tuple(answers)]
        else:
            chosen = rng.sample(list(combinations(answers, 2)), PAIRS_A_PROMPT)
        tasks += [
            {
                "id": f"{row['id']}-{letter}",
                "group": row["group"],
                "prompt": row["prompt"],
                "responses": list(responses),
            }
            for letter, responses in zip("abcd", chosen, strict=False)
        ]
    rng.shuffle(tasks)
    return tasks


def _import(project: Project, tasks: Sequence[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.jsonl"
        path.write_text("".join(f"{json.dumps(task)}\n" for task in tasks), encoding="utf-8")
        import_file(project=project, path=path, name="demo.jsonl")


def _qualities(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    """What the authors noted, by the prompt's last words and the answer."""
    return {
        (_last_words(row["prompt"]), response["text"]): float(quality)
        for row in rows
        for response, quality in zip(row["responses"], row["quality"], strict=True)
    }


def _last_words(prompt: Any) -> str:
    return prompt if isinstance(prompt, str) else str(prompt[-1]["content"])


def _judge(
    project: Project, owner: User, qualities: dict[tuple[str, str], float], rng: random.Random
) -> int:
    """The simulated raters take turns until two thirds of the judgments wanted are there."""
    wanted = Task.objects.filter(question__project=project).aggregate(n=Sum("overlap"))["n"]
    raters = [(user, SIMULATED[user.name]) for user in _simulated(project, owner)]
    count = int(wanted * JUDGED_SHARE)
    for (rater, noise), _ in zip(cycle(raters), range(count), strict=False):
        lent = next_assignment(project=project, rater=rater).assignment
        if lent is not None:
            _answer(lent, noise, qualities, rng)
    return count


def _simulated(project: Project, owner: User) -> Iterator[User]:
    for name in SIMULATED:
        yield add_person(
            project=project,
            by=owner,
            username=name.lower().replace(" ", "-"),
            name=name,
            role=Role.RATER,
            kind=User.Kind.SIMULATED,
        )


def _answer(
    assignment: Assignment,
    noise: float,
    qualities: dict[tuple[str, str], float],
    rng: random.Random,
) -> None:
    task = assignment.task
    prompt = _last_words(task.prompt.messages)
    texts = dict(Response.objects.filter(pk__in=task.response_ids).values_list("pk", "text"))
    seen = {pk: rng.gauss(qualities[prompt, text], noise) for pk, text in texts.items()}
    answer = perceived_answer(seen)
    submit(
        assignment=assignment,
        key=UUID(int=rng.getrandbits(128), version=4),
        revision=0,
        parts={**answer, "tags": rng.sample(REASONS, 1) if answer["strength"] else []},
        active_ms=round(1000 * rng.lognormvariate(2.7, 0.5)),
    )


def perceived_answer(seen: dict[int, float]) -> dict[str, Any]:
    """The answer of a rater who sees each response (by id) as that good: the better first, near
    ones tied, very bad ones marked; the strength of a choice between two grows with the gap."""
    order = sorted(seen, key=lambda pk: -seen[pk])
    bad = [pk for pk in order if seen[pk] < UNACCEPTABLE_BELOW]
    both_bad = len(order) == 2 == len(bad)
    ranks = [{"response": order[0], "rank": 1}]
    for better, worse in pairwise(order):
        tied = both_bad or seen[better] - seen[worse] < TIE_BELOW
        ranks.append({"response": worse, "rank": ranks[-1]["rank"] + (not tied)})
    gap = seen[order[0]] - seen[order[-1]]
    strict_pair = len(order) == 2 and ranks[1]["rank"] == 2
    return {
        "ranks": ranks,
        "unacceptable": bad,
        "strength": 1 + (gap > 1) + (gap > 2) if strict_pair else None,
    }


def _push(project: Project, owner: User) -> int:
    """What the next version of a policy answers to new prompts: the pool of the first round."""
    items = [
        {"prompt": row["prompt"], "text": response["text"]}
        for row in _read("followups.jsonl")
        for response in row["responses"]
    ]
    added = push_responses(
        project=project,
        by=owner,
        policy="demo-large",
        version="2",
        items=parse_items(items),
    )
    return added.added


__all__ = ["Made", "create_demo", "perceived_answer"]
