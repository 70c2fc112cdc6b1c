"""What the votes of one task mean, in all and by criterion, as a snapshot's row has it.

How votes weigh is estimated from all of the project's, by each criterion anew: who is careful about
facts may not be about tone. It reads no table that a worker refreshes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotate.models import Judgment, Project, Question, QuestionVersion, Task, User
from annotate.queries.consensus import Weights, estimated
from annotate.queries.projects import questions_of
from annotate.queries.votes import load_criterion_votes, load_unit_votes
from annotate.questions.rating_answer import implied_ranks
from annotate.stats.arrays import IntArray
from annotate.stats.consensus import MISSING, pair_outcomes

Ranks = Sequence[int]
Posterior = list[float | None]
_ALIKE = Weights(np.zeros(0, dtype=np.int64), None, "Every vote counts alike.")


@dataclass(frozen=True, slots=True)
class Posteriors:
    """How the votes of a project weigh: on the whole, and by each criterion of its comparisons.
    `rated`: the criteria of a rating's columns, by question and version of its spec."""

    weights: Weights
    by_criterion: Mapping[str, Weights]
    rated: Mapping[tuple[int, int], Sequence[str]]

    @classmethod
    def of(cls, project: Project) -> Posteriors:
        """From nothing: what a worker has estimated before must not be in a snapshot's hash."""
        weights = estimated(load_unit_votes(project)).weights
        comparisons = [q for q in questions_of(project) if q.kind == Question.Kind.COMPARISON]
        names = {name for question in comparisons for name in question.spec["criteria"]}
        return cls(
            weights,
            {
                name: estimated(load_criterion_votes(project, name)).weights
                for name in sorted(names)
            },
            _rated_criteria(project),
        )

    def on_the_whole(
        self, task: Task, votes: Sequence[Judgment], decision: Judgment | None
    ) -> Posterior | None:
        """For each pair its three probabilities, None where nobody compared it; a reviewer's
        decision is certain. None in all where there is no pair, or only AI judges voted: they never
        stand for people."""
        people = _people(votes)
        if task.k < 2 or not (people or decision):
            return None
        decided = decision.ranks if decision else None
        return _posterior(task.k, [(v.rater_id, v.ranks) for v in people], decided, self.weights)

    def by_criteria(
        self, task: Task, votes: Sequence[Judgment], decision: Judgment | None
    ) -> dict[str, Posterior]:
        """The same by the criteria that people were asked for, where any was answered. Ratings are
        read as the order that they put the responses in, and weigh alike."""
        people = _people(votes)
        if task.k < 2:
            return {}
        cast = [(vote.rater_id, self._ranks(task, vote)) for vote in people]
        decided = self._ranks(task, decision) if decision else {}
        names = dict.fromkeys([name for _, ranks in cast for name in ranks] + [*decided])
        return {
            name: _posterior(
                task.k,
                [(rater, ranks[name]) for rater, ranks in cast if name in ranks],
                decided.get(name),
                self.by_criterion.get(name, _ALIKE),
            )
            for name in names
        }

    def _ranks(self, task: Task, judgment: Judgment) -> dict[str, Ranks]:
        """The order of the responses by each criterion that the answer speaks of."""
        if task.question.kind != Question.Kind.RATING:
            orders: dict[str, Any] = judgment.answer.get("criteria", {})
            return {name: order["ranks"] for name, order in orders.items()}
        names = self.rated[task.question_id, judgment.assignment.version]
        columns = zip(*judgment.answer["ratings"], strict=True)
        return {
            name: implied_ranks([(cell,) for cell in column])
            for name, column in zip(names, columns, strict=True)
        }


def _people(votes: Sequence[Judgment]) -> list[Judgment]:
    return [vote for vote in votes if vote.rater.kind != User.Kind.AI_JUDGE]


def _rated_criteria(project: Project) -> dict[tuple[int, int], list[str]]:
    found = QuestionVersion.objects.filter(
        question__project=project, question__kind=Question.Kind.RATING
    )
    return {
        (one.question_id, one.version): [criterion["name"] for criterion in one.spec["criteria"]]
        for one in found
    }


def _posterior(
    k: int, votes: Sequence[tuple[int, Ranks]], decided: Ranks | None, weights: Weights
) -> Posterior:
    """Flat, three numbers a pair. `votes` are raters' ids and ranks, of people."""
    outcomes = pair_outcomes(_table([ranks for _, ranks in votes], k))
    vote, unit = np.nonzero(outcomes != MISSING)
    rater = np.array([rater for rater, _ in votes], dtype=np.int64)[vote]
    posterior = weights.posterior(unit, rater, outcomes[vote, unit], outcomes.shape[1])
    compared = (outcomes != MISSING).any(axis=0)
    if decided is not None:
        certain = pair_outcomes(_table([decided], k))[0]
        known = certain != MISSING
        posterior[known] = np.eye(3)[certain[known]]
        compared |= known
    return [
        float(p) if pair_compared else None
        for triple, pair_compared in zip(posterior, compared, strict=True)
        for p in triple
    ]


def _table(ranks: Sequence[Ranks], k: int) -> IntArray:
    return np.array([list(row) for row in ranks], dtype=np.int64).reshape(-1, k)
