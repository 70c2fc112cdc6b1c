"""The pool of a round: responses that can be compared, and the pairs raters have been asked about.

A pair is open while no task of the comparison holds both responses, be it a pair or a
ranking. Two bounds keep a round to minutes however much policies push:

- of a prompt, the 8 newest responses: 28 pairs, of which a round takes one;
- of the prompts with an open pair, the 5,000 with the newest responses, or twice as many as the
  round is to have tasks. A round takes the newest first, so older ones would hardly be reached, and
  scoring 5,000 · 8 texts for the first time takes two cores some minutes.

Where the second bound cuts through responses of one age it cuts at random, and a task's
`probability` is its chance given that cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from annotate.models import Policy, Project, Prompt
from annotate.queries.projects import comparison_question
from rm_training.acquisition.pairs import Pool
from rm_training.acquisition.systematic import IntArray

RESPONSES_A_PROMPT = 8
PROMPTS = 5_000

NOTHING_TO_COMPARE = (
    "No tasks: no prompt has two responses to compare. Push a policy's responses through the API, "
    "or import a file."
)
ALL_ASKED = (
    "No tasks: raters have been asked about every pair of responses there is. Push new responses "
    "through the API, or import more prompts."
)

# `held` is made first: in one step the planner, which takes `kept` for a row or two while it has no
# statistics of a fresh import, goes through kept x kept x tasks, for minutes.
_KEPT = """
WITH kept AS MATERIALIZED (
    SELECT id, prompt_id, policy_id FROM (
        SELECT r.id, r.prompt_id, r.policy_id, row_number() OVER (
            PARTITION BY r.prompt_id ORDER BY r.policy_id DESC NULLS LAST, r.id DESC) AS place
        FROM annotate_response AS r JOIN annotate_prompt AS p ON p.id = r.prompt_id
        WHERE p.project_id = %(project)s
          AND (%(prompts)s::bigint[] IS NULL OR p.id = ANY(%(prompts)s))
    ) AS ranked WHERE place <= %(per_prompt)s
), held AS MATERIALIZED (
    SELECT t.id AS task, kept.prompt_id, kept.id
    FROM annotate_task AS t
    CROSS JOIN LATERAL unnest(t.response_ids) AS i(id) JOIN kept ON kept.id = i.id
    WHERE t.question_id = %(question)s
), asked AS (
    SELECT DISTINCT a.prompt_id, a.id AS first, b.id AS second
    FROM held AS a JOIN held AS b ON b.task = a.task AND a.id < b.id
)
"""
_OPEN_PROMPTS = """
SELECT k.prompt_id, count(*) OVER () FROM (
    SELECT prompt_id, count(*) AS n, max(policy_id) AS newest FROM kept GROUP BY prompt_id
) AS k
LEFT JOIN (SELECT prompt_id, count(*) AS n FROM asked GROUP BY prompt_id) AS a USING (prompt_id)
WHERE k.n * (k.n - 1) / 2 > coalesce(a.n, 0)
ORDER BY k.newest DESC NULLS LAST, md5(k.prompt_id::text || '/' || %(seed)s::text)
LIMIT %(limit)s
"""
_RESPONSES = "SELECT id, prompt_id, policy_id FROM kept ORDER BY id"
_ASKED = "SELECT first, second FROM asked"


@dataclass(frozen=True, slots=True)
class Candidates:
    """`response[n]` are the ids of the pool's rows; `taken` pairs of rows; `why_empty` is what to
    say if no pair is chosen; `bounded` what to add where the pool was cut, else empty."""

    response: IntArray
    pool: Pool
    taken: frozenset[tuple[int, int]]
    why_empty: str
    bounded: str

    @property
    def prompts(self) -> int:
        return len(np.unique(self.pool.prompt))


def candidates(project: Project, *, size: int, seed: int) -> Candidates:
    """The pool for a round of `size` tasks, nothing scored yet."""
    limit = max(PROMPTS, 2 * size)
    question = comparison_question(project)
    assert question is not None  # `start_round` has looked
    parameters: dict[str, Any] = {
        "project": project.pk,
        "question": question.pk,
        "per_prompt": RESPONSES_A_PROMPT,
        "prompts": None,
        "seed": seed,
        "limit": limit,
    }
    open_prompts = _fetch(_OPEN_PROMPTS, parameters)
    total = int(open_prompts[0][1]) if open_prompts else 0
    parameters["prompts"] = [prompt for prompt, _ in open_prompts]
    rows = _fetch(_RESPONSES, parameters)
    response = np.array([row[0] for row in rows], dtype=np.int64)
    asked = np.array(_fetch(_ASKED, parameters), dtype=np.int64).reshape(-1, 2)
    places = np.searchsorted(response, asked)
    return Candidates(
        response=response,
        pool=_pool(project, rows),
        taken=frozenset((int(i), int(j)) for i, j in places),
        why_empty=ALL_ASKED if _has_two(project) else NOTHING_TO_COMPARE,
        bounded=(
            f" The pool was kept to the {limit:,} of {total:,} prompts with the newest responses."
            if total > limit
            else ""
        ),
    )


def _pool(project: Project, rows: list[tuple[Any, ...]]) -> Pool:
    age = _ages(project)
    prompt = np.array([row[1] for row in rows], dtype=np.int64)
    evaluation = set(
        Prompt.objects.filter(
            project=project, split=Prompt.Split.EVALUATION, pk__in=np.unique(prompt).tolist()
        ).values_list("pk", flat=True)
    )
    unknown = np.full(len(rows), np.nan)
    return Pool(
        prompt=prompt,
        mean=unknown,
        lower=unknown,
        upper=unknown,
        age=np.array([age[row[2]] for row in rows], dtype=np.int64),
        evaluation=np.isin(prompt, np.array(sorted(evaluation), dtype=np.int64)),
    )


def _ages(project: Project) -> dict[int | None, int]:
    """How many policy versions are newer; of a response without a policy, all of them."""
    newest_first = Policy.objects.filter(project=project).order_by("-pk")
    ages: dict[int | None, int] = {
        pk: age for age, pk in enumerate(newest_first.values_list("pk", flat=True))
    }
    return {**ages, None: len(ages)}


def _has_two(project: Project) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM annotate_response AS r JOIN annotate_prompt AS p"
            " ON p.id = r.prompt_id WHERE p.project_id = %s GROUP BY p.id HAVING count(*) > 1)",
            [project.pk],
        )
        return bool(cursor.fetchone()[0])


def _fetch(select: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT + select, parameters)
        return list(cursor.fetchall())
