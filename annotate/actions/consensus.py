"""Recomputes what the raters mean together: each task's posterior, and the project's agreement."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from annotate.actions.overlap import extend_overlap, size_leases
from annotate.actions.rules import propose_actions
from annotate.models import Agreement, Project
from annotate.models.arrays import every_column
from annotate.queries.consensus import OUTCOMES, Consensus, consensus_of_votes
from annotate.queries.votes import (
    Placing,
    UnitVotes,
    load_decisions,
    load_unit_votes,
    unit_starts,
)
from annotate.stats.consensus import disagreement, entropy
from annotate.stats.reliability import alpha, raw_agreement

_UPSERT = """
INSERT INTO annotate_taskconsensus
    (task_id, posterior, entropy, confidence, disagreement, judgments, updated_at)
SELECT task_id, string_to_array(posterior, ',')::float8[], entropy, confidence,
       nullif(disagreement, 'NaN'), judgments, now()
FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::int[])
    AS new (task_id, posterior, entropy, confidence, disagreement, judgments)
ON CONFLICT (task_id) DO UPDATE
SET posterior = excluded.posterior, entropy = excluded.entropy, confidence = excluded.confidence,
    disagreement = excluded.disagreement, judgments = excluded.judgments,
    updated_at = excluded.updated_at
"""
_STORED = """
FROM annotate_taskconsensus AS c
JOIN annotate_task AS t ON t.id = c.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE q.project_id = %(project)s
"""
_STORED_COLUMNS = (
    "c.task_id",
    "c.judgments::int8",
    "coalesce(c.disagreement, 'NaN')",
    "c.posterior",
)
UNCHANGED = 1e-3
"""Probabilities that moved by less are left as they stand: with each new vote the reliabilities of
its raters move a little, and with them every posterior of theirs."""


@transaction.atomic
def refresh_consensus(*, project: Project) -> Agreement:
    """Writes the posteriors that changed and one new measurement of agreement; then what follows
    from them: places for tasks that are unsure, lengths of leases, proposals about raters."""
    votes, placing = load_unit_votes(project)
    consensus = consensus_of_votes(votes)
    _write_posteriors(project, consensus, load_decisions(project))
    agreement = _write_agreement(project, votes, placing, consensus.counts)
    extend_overlap(project=project)
    size_leases(project=project)
    propose_actions(project=project)
    return agreement


def _write_posteriors(project: Project, consensus: Consensus, decisions: UnitVotes) -> None:
    votes, counts, posterior = consensus.votes, consensus.counts, consensus.posterior.copy()
    if not len(votes.tasks):
        return
    # What a reviewer decided is certain; the votes stay as they are.
    place, outcome = votes.decided(decisions)
    posterior[place] = np.eye(OUTCOMES)[outcome]
    judged = counts.sum(axis=1) > 0
    differ = disagreement(counts.astype(float))
    starts = unit_starts(votes.units)
    judgments = _judgments_a_task(votes)
    differing = _mean(differ, ~np.isnan(differ), starts)
    changed = _changed(project, votes, posterior, judgments, differing)
    parts = np.split(posterior, starts[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                votes.tasks[changed].tolist(),
                [",".join(map(repr, parts[i].ravel().tolist())) for i in changed],
                # Means over what was voted on, so that k = 2 and k = 6 compare.
                _mean(entropy(posterior), judged, starts)[changed].tolist(),
                _mean(posterior.max(axis=1), judged, starts)[changed].tolist(),
                differing[changed].tolist(),
                judgments[changed].tolist(),
            ],
        )


def _changed(
    project: Project,
    votes: UnitVotes,
    posterior: NDArray[np.float64],
    judgments: NDArray[np.int64],
    differing: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The places in `votes.tasks` of tasks whose row is missing or says something else."""
    starts, same = unit_starts(votes.units), np.zeros(len(votes.tasks), dtype=bool)
    stored = every_column(
        _STORED_COLUMNS, _STORED, {"project": project.pk}, by="cardinality(c.posterior)"
    )
    for size, (task, stored_judgments, stored_differing, probabilities) in stored.items():
        place = np.minimum(np.searchsorted(votes.tasks, task), len(votes.tasks) - 1)
        kept = np.flatnonzero(
            (votes.tasks[place] == task) & (OUTCOMES * votes.units[place] == size)
        )
        at = place[kept]
        rows = starts[at][:, None] + np.arange(size // OUTCOMES)
        moved = np.abs(posterior[rows].reshape(len(at), size) - probabilities[kept])
        same[at] = (
            (moved.max(axis=1) < UNCHANGED)
            & (stored_judgments[kept] == judgments[at])
            & np.isclose(stored_differing[kept], differing[at], equal_nan=True)
        )
    return np.flatnonzero(~same)


def _judgments_a_task(votes: UnitVotes) -> NDArray[np.int64]:
    of_judgment = np.unique(np.column_stack([votes.task, votes.judgment]), axis=0)[:, 0]
    index = np.searchsorted(votes.tasks, of_judgment)
    return np.bincount(index, minlength=len(votes.tasks))


def _mean(
    values: NDArray[np.float64], taken: NDArray[np.bool_], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The mean of a task's values that are taken; NaN where none is."""
    total = np.add.reduceat(np.where(taken, values, 0.0), starts)
    n = np.add.reduceat(taken.astype(float), starts)
    means: NDArray[np.float64] = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return means


def _write_agreement(
    project: Project, votes: UnitVotes, placing: Placing, counts: NDArray[np.int64]
) -> Agreement:
    """Pairs of one ranking are not independent: the bootstrap draws whole tasks."""
    cluster = np.repeat(votes.tasks, votes.units)
    twice = np.unique(cluster[counts.sum(axis=1) >= 2])
    return Agreement.objects.create(
        project=project,
        judgments=len(np.unique(votes.judgment)),
        tasks=len(np.unique(votes.task)),
        tasks_overlapping=len(twice),
        raters=len(np.unique(votes.rater)),
        alpha=asdict(alpha(counts, cluster=cluster)),
        raw=asdict(raw_agreement(counts, cluster=cluster)),
        tie_share=placing.ties / placing.judgments if placing.judgments else None,
        left_share=placing.left / placing.strict if placing.strict else None,
    )
