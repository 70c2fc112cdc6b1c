"""What a project's votes say of agreement and of raters: arrays to the figures of the pages.

It weighs every person's vote alike and never mixes people with AI judges. Shares and coefficients
come with their intervals, or with the reason why there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import numpy as np

from annotate import models
from annotate.models import Project
from annotate.queries import agreement
from annotate.queries.consensus import Consensus, consensus_of, weighed
from annotate.queries.policies import Policies, policies_of
from annotate.queries.votes import UnitVotes, load_decisions, load_gold
from annotate.stats.consensus import MISSING
from annotate.stats.consensus.calibration import Calibration, calibration_of_posterior
from annotate.stats.raters.pairs import pair_agreement
from annotate.stats.raters.profile import RaterProfile, rater_profiles
from annotate.stats.reliability import rater_pairs

MATRIX = 25
"""Raters in the matrix: those with the most votes."""
UNUSUAL = 0.05
"""The share of false alarms among the pairs of raters that are shown."""


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
    coefficients: agreement.Coefficients
    rankings: Sequence[agreement.Rankings]
    questions: Sequence[agreement.Part]
    criteria: Sequence[agreement.Part]
    weeks: Sequence[agreement.Part]
    groups: Sequence[agreement.Part]
    ai: agreement.AiJudges | None
    profiles: Sequence[RaterProfile]
    matrix: Sequence[Cell]
    unusual: Sequence[UnusualPair]
    weighing: str
    calibration: Calibration
    calibration_on_gold: Calibration
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
        coefficients=agreement.coefficients(votes),
        rankings=agreement.rankings(project),
        questions=agreement.by_question(project, votes),
        criteria=agreement.by_criterion(project),
        weeks=agreement.by_week(votes),
        groups=agreement.by_group(project, votes),
        ai=agreement.ai_judges(project, votes),
        profiles=profiles,
        matrix=_matrix(votes, profiles),
        unusual=_unusual(votes),
        weighing=consensus.weights.reason,
        calibration=_against_decisions(project, consensus),
        calibration_on_gold=_against_gold(project, consensus),
        policies=policies_of(project, votes),
    )


def latest_figures(project: Project) -> dict[str, Any]:
    """As the latest computation stored them; empty where there was none."""
    stored = models.Analysis.objects.filter(project=project).first()
    return (stored and stored.figures) or {}


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
    sided = votes.left != MISSING
    found = pair_agreement(votes.rater[sided], votes.place[sided], votes.outcome[sided])
    columns = (
        found.first, found.second, found.together, found.same, found.expected, found.excess, found.q
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [UnusualPair(*row) for row in rows if row[-1] < UNUSUAL and row[-2] > 0]


def _against_decisions(project: Project, consensus: Consensus) -> Calibration:
    """The posterior before a decision, against what the reviewer decided."""
    place, outcome = consensus.votes.decided(load_decisions(project))
    return calibration_of_posterior(consensus.posterior[place], outcome)


def _against_gold(project: Project, consensus: Consensus) -> Calibration:
    """What the first votes on gold would make of it, as many as work gets, against the known
    answers. How votes weigh doesn't know gold."""
    votes, known = load_gold(project, most=project.overlap)
    place, outcome = votes.decided(known)
    return calibration_of_posterior(weighed(votes, consensus.weights).posterior[place], outcome)
