"""What a project's votes say of agreement and of raters: arrays to the figures of the pages.

It weighs every person's vote alike and never mixes people with AI judges. Shares and coefficients
come with their intervals, or with the reason why there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.models import Project, Question
from annotate.models.arrays import every_column
from annotate.queries.consensus import Consensus, consensus_of, counts_of_units
from annotate.queries.judgments import (
    UnitVotes,
    load_criterion_votes,
    load_decisions,
    load_unit_votes,
    unit_starts,
)
from annotate.queries.policies import Policies, policies_of
from annotate.queries.projects import questions_of
from annotate.stats.arrays import IntArray
from annotate.stats.consensus import MISSING
from annotate.stats.consensus.calibration import Calibration, calibration_of_posterior
from annotate.stats.estimates import Estimate
from annotate.stats.raters.pairs import pair_agreement
from annotate.stats.raters.profile import RaterProfile, rater_profiles
from annotate.stats.reliability import (
    alpha,
    fleiss_kappa,
    group_agreement,
    gwet_ac,
    rater_pairs,
    raw_agreement,
)

FEWEST_UNITS = 30
"""Units judged twice below which a coefficient of a part (a week, a question) is not shown."""
MATRIX = 25
"""Raters in the matrix: those with the most votes."""
WEEKS = 26
COMPARISON = Question.Kind.COMPARISON
GROUPS = 12
UNUSUAL = 0.05
"""The share of false alarms among the pairs of raters that are shown."""


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
class AiJudges:
    """AI judges among themselves, and each of their votes against each person's."""

    judgments: int
    alpha: Estimate
    with_people: Estimate
    with_people_beyond_chance: Estimate


@dataclass(frozen=True, slots=True)
class Cell:
    """Two raters: the units both judged, the share they agree on and Cohen's κ (null where chance
    is certain)."""

    first: int
    second: int
    together: int
    raw: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class UnusualPair:
    """Two raters who agree more than their skill explains, and how sure that is."""

    first: int
    second: int
    together: int
    same: int
    expected: float
    excess: float
    q: float


@dataclass(frozen=True, slots=True)
class Analysis:
    judgments: int
    raters: int
    units: int
    coefficients: Coefficients
    questions: Sequence[Part]
    criteria: Sequence[Part]
    weeks: Sequence[Part]
    groups: Sequence[Part]
    ai: AiJudges | None
    profiles: Sequence[RaterProfile]
    matrix: Sequence[Cell]
    unusual: Sequence[UnusualPair]
    weighing: str
    calibration: Calibration
    policies: Policies | None


def look_through(project: Project) -> Analysis:
    """All figures of the project as they are now."""
    consensus = consensus_of(project)
    votes = consensus.votes
    profiles = _profiles(votes)
    return Analysis(
        judgments=len(np.unique(votes.judgment)),
        raters=len(np.unique(votes.rater)),
        units=int(votes.units.sum()),
        coefficients=_coefficients(votes),
        questions=_by_question(project, votes),
        criteria=_by_criterion(project),
        weeks=_by_week(votes),
        groups=_by_group(project, votes),
        ai=_ai(project, votes),
        profiles=profiles,
        matrix=_matrix(votes, profiles),
        unusual=_unusual(votes),
        weighing=consensus.pairs.reason,
        calibration=_calibration(project, consensus),
        policies=policies_of(project, votes),
    )


def as_json(value: Any) -> Any:
    """Dataclasses and arrays as JSON takes them; NaN and infinity as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: as_json(part) for name, part in asdict(value).items()}
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _cluster(votes: UnitVotes) -> IntArray:
    """The task of every unit: pairs of one ranking are not independent."""
    return np.repeat(votes.tasks, votes.units)


def _coefficients(votes: UnitVotes) -> Coefficients:
    counts, cluster = counts_of_units(votes), _cluster(votes)
    return Coefficients(
        raw=raw_agreement(counts, cluster=cluster),
        alpha_ordinal=alpha(counts, cluster=cluster),
        alpha_nominal=alpha(counts, level="nominal", cluster=cluster),
        gwet_ac1=gwet_ac(counts, cluster=cluster).estimate,
        gwet_ac2=gwet_ac(counts, weights="quadratic", cluster=cluster).estimate,
        fleiss_kappa=fleiss_kappa(counts, cluster=cluster).estimate,
    )


def _part(name: str, votes: UnitVotes, taken: NDArray[np.bool_] | None = None) -> Part:
    counts, cluster = counts_of_units(votes, taken), _cluster(votes)
    return Part(
        name,
        _hidden(alpha(counts, cluster=cluster, resamples=200)),
        _hidden(raw_agreement(counts, cluster=cluster, resamples=200)),
    )


def _hidden(estimate: Estimate) -> Estimate:
    if estimate.value is None or estimate.n >= FEWEST_UNITS:
        return estimate
    reason = f"Shown from {FEWEST_UNITS} pairs judged twice; there are {estimate.n}."
    return Estimate(None, None, None, estimate.n, reason)


def _by_question(project: Project, votes: UnitVotes) -> list[Part]:
    question = votes.question[votes.judgment]
    return [
        _part(asked.title, votes, question == asked.pk)
        for asked in questions_of(project)
        if (question == asked.pk).any()
    ]


def _by_criterion(project: Project) -> list[Part]:
    """Of comparisons by several criteria at once."""
    asked = [q.spec.get("criteria", ()) for q in questions_of(project) if q.kind == COMPARISON]
    names = dict.fromkeys(name for criteria in asked for name in criteria)
    found = {name: load_criterion_votes(project, name) for name in names}
    return [_part(name, votes) for name, votes in found.items() if len(votes.task)]


def _by_week(votes: UnitVotes) -> list[Part]:
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


def _by_group(project: Project, votes: UnitVotes) -> list[Part]:
    """By the prompts' groups, those with the most tasks."""
    found = every_column(["t.id"], _GROUPED, {"project": project.pk}, by='p."group"')
    largest = sorted(found.items(), key=lambda item: (-len(item[1][0]), item[0]))[:GROUPS]
    return [_part(name, votes, np.isin(votes.task, tasks)) for name, [tasks] in largest]


def _ai(project: Project, people: UnitVotes) -> AiJudges | None:
    votes, _ = load_unit_votes(project, by="ai judges")
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


def _profiles(votes: UnitVotes) -> tuple[RaterProfile, ...]:
    """Of comparisons alone: steps have no sides."""
    sided = votes.left != MISSING
    judgment = votes.judgment[sided]
    return rater_profiles(
        votes.rater[sided],
        votes.place[sided],
        votes.outcome[sided],
        left=votes.left[sided],
        seconds=votes.seconds[judgment],
        when=votes.when[judgment],
    )


def _matrix(votes: UnitVotes, profiles: Sequence[RaterProfile]) -> list[Cell]:
    most = sorted(profiles, key=lambda profile: -profile.units)[:MATRIX]
    taken = np.isin(votes.rater, [profile.rater for profile in most])
    pairs = rater_pairs(votes.rater[taken], votes.place[taken], votes.outcome[taken])
    columns = (pairs.first, pairs.second, pairs.together, pairs.raw, pairs.kappa)
    return [Cell(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _unusual(votes: UnitVotes) -> list[UnusualPair]:
    found = pair_agreement(votes.rater, votes.place, votes.outcome)
    columns = (
        found.first, found.second, found.together, found.same, found.expected, found.excess, found.q
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [UnusualPair(*row) for row in rows if row[-1] < UNUSUAL and row[-2] > 0]


def _calibration(project: Project, consensus: Consensus) -> Calibration:
    """The posterior before a decision, against what the reviewer decided."""
    votes, decisions = consensus.votes, load_decisions(project)
    known = np.isin(decisions.task, votes.tasks)
    task, unit, outcome = (c[known] for c in (decisions.task, decisions.unit, decisions.outcome))
    place = unit_starts(votes.units)[np.searchsorted(votes.tasks, task)] + unit
    return calibration_of_posterior(consensus.posterior[place], outcome)
