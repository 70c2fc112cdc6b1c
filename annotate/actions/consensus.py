"""Recomputes what the raters mean together: each task's posterior, and the project's agreement."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from annotate.models import Agreement, Project
from annotate.queries.judgments import PairVotes, Placing, load_pair_votes
from annotate.stats.consensus import entropy, smoothed_majority
from annotate.stats.reliability import alpha, outcome_counts, raw_agreement

_UPSERT = """
INSERT INTO annotate_taskconsensus (task_id, posterior, entropy, judgments, updated_at)
SELECT task_id, string_to_array(posterior, ',')::float8[], entropy, judgments, now()
FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::int[])
    AS new (task_id, posterior, entropy, judgments)
ON CONFLICT (task_id) DO UPDATE
SET posterior = excluded.posterior, entropy = excluded.entropy,
    judgments = excluded.judgments, updated_at = excluded.updated_at
WHERE annotate_taskconsensus.posterior IS DISTINCT FROM excluded.posterior
   OR annotate_taskconsensus.judgments IS DISTINCT FROM excluded.judgments
"""


@transaction.atomic
def refresh_consensus(*, project: Project) -> Agreement:
    """Writes the posteriors that changed and one new measurement of agreement."""
    votes, placing = load_pair_votes(project)
    unit, counts = unit_counts(votes)
    _write_posteriors(votes, unit, counts)
    return _write_agreement(project, votes, placing, unit, counts)


def unit_counts(votes: PairVotes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(task, pair) of each unit, sorted [units, 2], and its votes by outcome [units, 3]."""
    keys = np.column_stack([votes.task, votes.pair])
    if not len(keys):
        return np.zeros((0, 2), np.int64), np.zeros((0, 3), np.int64)
    unit, inverse = np.unique(keys, axis=0, return_inverse=True)
    return unit, outcome_counts(inverse.ravel(), votes.outcome)


def _write_posteriors(votes: PairVotes, unit: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    if not len(unit):
        return
    posterior = smoothed_majority(counts.astype(float))
    starts = np.flatnonzero(np.r_[True, unit[1:, 0] != unit[:-1, 0]])
    tasks = unit[starts, 0]
    texts = [",".join(map(repr, part.ravel().tolist())) for part in np.split(posterior, starts[1:])]
    # A task's uncertainty is that of its average pair, so that k = 2 and k = 6 compare.
    mean_entropy = np.add.reduceat(entropy(posterior), starts) / np.diff(np.r_[starts, len(unit)])
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [tasks.tolist(), texts, mean_entropy.tolist(), counts[starts].sum(axis=1).tolist()],
        )


def _write_agreement(
    project: Project,
    votes: PairVotes,
    placing: Placing,
    unit: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> Agreement:
    """Pairs of one ranking are not independent: the bootstrap draws whole tasks."""
    cluster = unit[:, 0]
    twice = np.unique(cluster[counts.sum(axis=1) >= 2])
    return Agreement.objects.create(
        project=project,
        judgments=len(np.unique(votes.judgment)),
        tasks=len(np.unique(cluster)),
        tasks_overlapping=len(twice),
        raters=len(np.unique(votes.rater)),
        alpha=asdict(alpha(counts, cluster=cluster)),
        raw=asdict(raw_agreement(counts, cluster=cluster)),
        tie_share=placing.ties / placing.judgments if placing.judgments else None,
        left_share=placing.left / placing.strict if placing.strict else None,
    )
