"""Policies ranked by the votes on their responses, as they are and at equal style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotate.models import Policy, Project, Response
from annotate.models.arrays import every_column
from annotate.queries.votes import UnitVotes
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import MISSING
from annotate.stats.estimates import Estimate
from annotate.stats.ranking.leaderboard import leaderboard
from annotate.stats.ranking.standings import Standings
from annotate.stats.ranking.style import STYLE_FEATURES, style_difference, style_features
from annotate.stats.raters.groups import rater_groups

CHUNK = 5_000
MOST_VOTES = 100_000
"""Votes that tastes are looked for in: some seconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One policy. `score` is on the logit scale, `win_rate` against the average of the others; the
    intervals of all policies hold at once, as do `best` and `worst`, the ranks that can't be ruled
    out."""

    score: Estimate
    win_rate: Estimate
    rank: int | None
    best: int | None
    worst: int | None


@dataclass(frozen=True, slots=True)
class RankedPolicy:
    id: int
    name: str
    plain: Standing
    controlled: Standing


@dataclass(frozen=True, slots=True)
class StyleEffect:
    """What a response gains in log odds by more of a feature, at equal policies."""

    feature: str
    effect: Estimate


@dataclass(frozen=True, slots=True)
class Taste:
    """A group of raters who prefer alike: its share of them, how many most likely belong to it, and
    the policies in its order, the best first."""

    share: float
    raters: int
    order: list[str]


@dataclass(frozen=True, slots=True)
class Tastes:
    """Whether raters differ in taste, as held-out votes tell, in a sentence; and the groups."""

    summary: str
    groups: Sequence[Taste]


@dataclass(frozen=True, slots=True)
class Policies:
    """The best first. `wins[i][j]` is the chance that i beats j, null where nothing joins them."""

    policies: Sequence[RankedPolicy]
    wins: list[list[float | None]]
    style_effects: Sequence[StyleEffect]
    tastes: Tastes
    same_policy: int
    no_intervals: str | None
    incomparable: str | None


_RESPONSES = """
FROM annotate_task AS t JOIN annotate_question AS q ON q.id = t.question_id
WHERE q.project_id = %(project)s AND t.purpose = 'work' AND t.k >= 2
  AND EXISTS (SELECT FROM annotate_judgment AS j WHERE j.task_id = t.id AND j.newest)
"""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Votes on pairs of responses whose policies are known, `[n]` each."""

    first: IntArray
    second: IntArray
    outcome: IntArray
    task: IntArray
    rater: IntArray


def policies_of(project: Project, votes: UnitVotes) -> Policies | None:
    """None where the responses are of fewer than two policies."""
    names = {policy.pk: policy.label for policy in Policy.objects.filter(project=project)}
    if len(names) < 2:
        return None
    of_response = dict(
        Response.objects.filter(prompt__project=project, policy__isnull=False).values_list(
            "pk", "policy_id"
        )
    )
    compared = _compared(project, votes, of_response)
    if not len(compared.task):
        return None
    return _ranked(compared, of_response, names)


def _compared(project: Project, votes: UnitVotes, of_response: dict[int, int]) -> _Compared:
    parts = []
    columns = ["t.id", "t.response_ids"]
    for k, found in every_column(columns, _RESPONSES, {"project": project.pk}, by="t.k").items():
        order = np.argsort(found[0])
        tasks, responses = found[0][order], found[1][order]
        i, j = np.triu_indices(k, k=1)
        rows = np.flatnonzero(np.isin(votes.task, tasks) & (votes.left != MISSING))
        place = np.searchsorted(tasks, votes.task[rows])
        unit = votes.unit[rows]
        parts.append((responses[place, i[unit]], responses[place, j[unit]], rows))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return _Compared(none, none, none, none, none)
    first, second, rows = (np.concatenate(c) for c in zip(*parts, strict=True))
    known = np.array([*of_response], dtype=np.int64)
    kept = np.isin(first, known) & np.isin(second, known)
    rows = rows[kept]
    return _Compared(
        first[kept],
        second[kept],
        votes.outcome[rows],
        votes.task[rows],
        votes.rater[rows],
    )


def _ranked(compared: _Compared, of_response: dict[int, int], names: dict[int, str]) -> Policies:
    responses = np.unique(np.concatenate([compared.first, compared.second]))
    owner = np.array([of_response[int(pk)] for pk in responses], dtype=np.int64)
    policies = np.unique(owner)
    number = np.searchsorted(policies, owner)
    first, second = (np.searchsorted(responses, part) for part in (compared.first, compared.second))
    features = _features(responses)
    board = leaderboard(
        number[first],
        number[second],
        compared.outcome,
        policies=len(policies),
        cluster=compared.task,
        style=style_difference(features[first], features[second]),
    )
    controlled = board.controlled or board.plain
    order = np.argsort(-board.plain.ranking.score, kind="stable")
    return Policies(
        policies=[
            RankedPolicy(
                id=int(policies[i]),
                name=names[int(policies[i])],
                plain=_standing(board.plain, i),
                controlled=_standing(controlled, i),
            )
            for i in order
        ],
        wins=_nullable(board.plain.win_probability[np.ix_(order, order)]),
        style_effects=[
            StyleEffect(feature, effect)
            for feature, effect in zip(STYLE_FEATURES, board.style, strict=True)
        ],
        tastes=_tastes(
            compared.rater,
            number[first],
            number[second],
            compared.outcome,
            [names[int(pk)] for pk in policies],
        ),
        same_policy=board.same_policy,
        no_intervals=board.plain.no_intervals,
        incomparable=board.incomparable,
    )


def _tastes(
    rater: IntArray, first: IntArray, second: IntArray, outcome: IntArray, policies: Sequence[str]
) -> Tastes:
    """From the newest votes between different policies, `[n]` each."""
    kept = np.flatnonzero(first != second)[-MOST_VOTES:]
    raters, number = np.unique(rater[kept], return_inverse=True)
    found = rater_groups(
        number,
        first[kept],
        second[kept],
        outcome[kept],
        raters=len(raters),
        items=len(policies),
    )
    likeliest = np.bincount(found.responsibilities.argmax(axis=1), minlength=len(found.shares))
    return Tastes(
        found.summary,
        [
            Taste(float(share), int(n), [policies[i] for i in np.argsort(-scores, kind="stable")])
            for share, n, scores in zip(found.shares, likeliest, found.scores, strict=True)
        ],
    )


def _nullable(table: FloatArray) -> list[list[float | None]]:
    return [[None if np.isnan(p) else float(p) for p in row] for row in table]


def _standing(standings: Standings, i: int) -> Standing:
    ranks = standings.ranks
    rank, best, worst = (
        (None, None, None)
        if ranks is None
        else (int(ranks.rank[i]), int(ranks.best[i]), int(ranks.worst[i]))
    )
    return Standing(standings.scores[i], standings.win_rates[i], rank, best, worst)


def _features(responses: IntArray) -> FloatArray:
    """The style of each response, `[responses, features]`."""
    features = np.zeros((len(responses), len(STYLE_FEATURES)))
    for start in range(0, len(responses), CHUNK):
        part = responses[start : start + CHUNK]
        texts = Response.objects.filter(pk__in=part.tolist()).values_list("pk", "text")
        for pk, text in texts.iterator():
            features[np.searchsorted(responses, pk)] = style_features(text)
    return features
