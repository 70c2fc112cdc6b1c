"""How far a project's raters agree: by several coefficients, by parts of the votes, with AI judges.

It weighs every person's vote alike and never mixes people with AI judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from annotate.models import Project, Question
from annotate.models.arrays import every_column
from annotate.queries.consensus import counts_of_units
from annotate.queries.projects import questions_of
from annotate.queries.votes import (
    UnitVotes,
    load_criterion_votes,
    load_rankings,
    load_unit_votes,
)
from annotate.stats.arrays import IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.reliability import (
    alpha,
    concordance,
    fleiss_kappa,
    group_agreement,
    gwet_ac,
    ranking_alpha,
    raw_agreement,
)

FEWEST_UNITS = 30
"""Units judged twice below which a coefficient of a part (a week, a question) is not shown."""
WEEKS = 26
GROUPS = 12
COMPARISON = Question.Kind.COMPARISON


@dataclass(frozen=True, slots=True)
class Part:
    """The agreement within a part of the votes: a question, criterion, week or group of prompts."""

    name: str
    alpha: Estimate
    raw: Estimate


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The same votes by several coefficients: which chance they correct for differs."""

    raw: Estimate
    alpha_ordinal: Estimate
    alpha_nominal: Estimate
    gwet_ac1: Estimate
    gwet_ac2: Estimate
    fleiss_kappa: Estimate


@dataclass(frozen=True, slots=True)
class Rankings:
    """Whole rankings of `k` responses: α under the distance of Kemeny and Snell, and the means over
    tasks of Kendall's W and τ-b, of the rankings that are complete."""

    k: int
    alpha: Estimate
    kendall_w: Estimate
    tau_b: Estimate


@dataclass(frozen=True, slots=True)
class AiJudges:
    """AI judges among themselves, and each of their votes against each person's."""

    judgments: int
    alpha: Estimate
    with_people: Estimate
    with_people_beyond_chance: Estimate


def _cluster(votes: UnitVotes) -> IntArray:
    """The task of every unit: pairs of one ranking are not independent."""
    return np.repeat(votes.tasks, votes.units)


def coefficients(votes: UnitVotes) -> Coefficients:
    counts, cluster = counts_of_units(votes), _cluster(votes)
    return Coefficients(
        raw=raw_agreement(counts, cluster=cluster),
        alpha_ordinal=alpha(counts, cluster=cluster),
        alpha_nominal=alpha(counts, level="nominal", cluster=cluster),
        gwet_ac1=gwet_ac(counts, cluster=cluster).estimate,
        gwet_ac2=gwet_ac(counts, weights="quadratic", cluster=cluster).estimate,
        fleiss_kappa=fleiss_kappa(counts, cluster=cluster).estimate,
    )


def rankings(project: Project) -> list[Rankings]:
    return [_of_size(k, *found) for k, found in sorted(load_rankings(project).items())]


def _of_size(k: int, task: IntArray, ranks: IntArray) -> Rankings:
    panels = concordance(task, ranks)
    return Rankings(
        k,
        _hidden(ranking_alpha(task, ranks, resamples=200), "tasks"),
        _hidden(panels.kendall_w, "tasks"),
        _hidden(panels.tau_b, "tasks"),
    )


def _part(name: str, votes: UnitVotes, taken: NDArray[np.bool_] | None = None) -> Part:
    counts, cluster = counts_of_units(votes, taken), _cluster(votes)
    return Part(
        name,
        _hidden(alpha(counts, cluster=cluster, resamples=200)),
        _hidden(raw_agreement(counts, cluster=cluster, resamples=200)),
    )


def _hidden(estimate: Estimate, units: str = "pairs") -> Estimate:
    if estimate.value is None or estimate.n >= FEWEST_UNITS:
        return estimate
    reason = f"Shown from {FEWEST_UNITS} {units} judged twice; there are {estimate.n}."
    return Estimate(None, None, None, estimate.n, reason)


def by_question(project: Project, votes: UnitVotes) -> list[Part]:
    question = votes.question[votes.judgment]
    return [
        _part(asked.title, votes, question == asked.pk)
        for asked in questions_of(project)
        if (question == asked.pk).any()
    ]


def by_criterion(project: Project) -> list[Part]:
    """Of comparisons by several criteria at once."""
    asked = [q.spec.get("criteria", ()) for q in questions_of(project) if q.kind == COMPARISON]
    names = dict.fromkeys(name for criteria in asked for name in criteria)
    found = {name: load_criterion_votes(project, name) for name in names}
    return [_part(name, votes) for name, votes in found.items() if len(votes.task)]


def by_week(votes: UnitVotes) -> list[Part]:
    """By the Monday that the votes' week began with (UTC); day 4 of 1970 was one."""
    week = np.floor((votes.when[votes.judgment] - 4) / 7).astype(np.int64)
    return [
        _part(_monday(int(number)), votes, week == number) for number in np.unique(week)[-WEEKS:]
    ]


def _monday(week: int) -> str:
    return (datetime(1970, 1, 5, tzinfo=UTC) + timedelta(weeks=week)).date().isoformat()


_GROUPED = """
FROM annotate_task AS t JOIN annotate_prompt AS p ON p.id = t.prompt_id
WHERE p.project_id = %(project)s AND t.purpose = 'work' AND p."group" <> ''
"""


def by_group(project: Project, votes: UnitVotes) -> list[Part]:
    """By the prompts' groups, those with the most tasks."""
    found = every_column(["t.id"], _GROUPED, {"project": project.pk}, by='p."group"')
    largest = sorted(found.items(), key=lambda item: (-len(item[1][0]), item[0]))[:GROUPS]
    return [_part(name, votes, np.isin(votes.task, tasks)) for name, [tasks] in largest]


def ai_judges(project: Project, people: UnitVotes) -> AiJudges | None:
    votes = load_unit_votes(project, by="ai judges")
    if not len(votes.task):
        return None
    both = group_agreement(
        _names(people, votes),
        np.concatenate([people.outcome, votes.outcome]),
        np.repeat([False, True], [len(people.task), len(votes.task)]),
        cluster=np.concatenate([people.task, votes.task]),
    )
    return AiJudges(
        judgments=len(np.unique(votes.judgment)),
        alpha=alpha(counts_of_units(votes), cluster=_cluster(votes)),
        with_people=both.raw,
        with_people_beyond_chance=both.corrected,
    )


def _names(*parts: UnitVotes) -> IntArray:
    """A number for each unit that is the same in all parts."""
    most = 1 + max(int(part.unit.max(initial=0)) for part in parts)
    return np.concatenate([part.task * most + part.unit for part in parts])
