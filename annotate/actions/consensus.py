"""Keeps what the raters mean together up to date: each task's posterior, the project's agreement.

A new vote changes its own task, whose votes alone are read. What is known of the raters is
estimated anew from all votes once these have grown or an hour has passed
(docs/decisions/0017-a-vote-changes-its-own-task.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from annotate.actions.overlap import extend_overlap, size_leases
from annotate.actions.rules import propose_actions
from annotate.models import Agreement, Project, Reliability, TaskConsensus
from annotate.queries.consensus import (
    Consensus,
    estimated,
    start_of,
    weighed,
    weights_of,
)
from annotate.queries.counted import Counted, counted_of, load_counted
from annotate.queries.votes import UnitVotes, load_decisions, load_unit_votes, unit_starts
from annotate.stats.arrays import IntArray
from annotate.stats.consensus import MISSING, entropy
from annotate.stats.reliability import alpha, raw_agreement

GROWN = 1.05
"""Times the votes must grow until all are read again; an edit changes as little as a new one."""
OLD = timedelta(hours=1)
"""Heals what a lost message may have left behind."""
UNCHANGED = 1e-3
"""Probabilities that moved by less are left as they stand: with each new vote the reliabilities of
its raters move a little, and with them every posterior of theirs."""

_UPSERT = """
INSERT INTO annotate_taskconsensus
    (task_id, posterior, counts, chose_left, entropy, confidence, disagreement, judgments,
     updated_at)
SELECT task_id, string_to_array(posterior, ',')::float8[], string_to_array(counts, ',')::int2[],
       chose_left, entropy, confidence, nullif(disagreement, 'NaN'), judgments, now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int2[], %s::float8[], %s::float8[],
            %s::float8[], %s::int[])
    AS new (task_id, posterior, counts, chose_left, entropy, confidence, disagreement, judgments)
ON CONFLICT (task_id) DO UPDATE
SET posterior = excluded.posterior, counts = excluded.counts, chose_left = excluded.chose_left,
    entropy = excluded.entropy, confidence = excluded.confidence,
    disagreement = excluded.disagreement, judgments = excluded.judgments,
    updated_at = excluded.updated_at
"""


@transaction.atomic
def refresh_consensus(*, project: Project, tasks: Collection[int] | None = None) -> Agreement:
    """Writes the posteriors that changed and one new measurement of agreement; then what follows
    from them: places for tasks that are unsure, lengths of leases, proposals about raters.

    `tasks` (ids) are all whose votes or decisions changed since the last time; None says that any
    may have.
    """
    _one_at_a_time(project)
    known, counted = _refresh_some(project, tasks), load_counted(project)
    if known is None or counted.judgments.sum() >= GROWN * known.judgments:
        known, counted = _refresh_all(project), load_counted(project)
    agreement = _write_agreement(project, counted, raters=len(known.raters))
    extend_overlap(project=project, counted=counted)
    size_leases(project=project)
    propose_actions(project=project)
    return agreement


def _one_at_a_time(project: Project) -> None:
    """Two refreshes of one project would each overwrite what the other has just read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('annotate.refresh_consensus'), %s)",
            [project.pk],
        )


def _refresh_some(project: Project, tasks: Collection[int] | None) -> Reliability | None:
    """What is known of the raters; None, with nothing done, where all votes must be read."""
    known = Reliability.objects.filter(project=project).first()
    if tasks is None or known is None or timezone.now() - known.read_at > OLD:
        return None
    votes = load_unit_votes(project, tasks=tasks)
    _write_posteriors(
        weighed(votes, weights_of(known)),
        load_counted(project, tasks=tasks),
        load_decisions(project, tasks=tasks),
    )
    if len(new := np.setdiff1d(votes.rater, known.raters)):
        known.raters += new.tolist()
        known.save(update_fields=["raters"])
    return known


def _refresh_all(project: Project) -> Reliability:
    known = Reliability.objects.filter(project=project).first()
    votes = load_unit_votes(project)
    judgments = len(np.unique(votes.judgment))
    start = start_of(known, judgments)
    consensus = estimated(votes, start)
    _write_posteriors(consensus, load_counted(project), load_decisions(project))
    errors = consensus.weights.errors
    fitted = consensus.weights.raters if errors else _NOBODY
    others = np.setdiff1d(votes.rater, fitted)
    return Reliability.objects.update_or_create(
        project=project,
        defaults={
            "read_at": timezone.now(),
            "judgments": judgments,
            "from_scratch": known.from_scratch if known and start else judgments,
            "raters": [*fitted.tolist(), *others.tolist()],
            "confusion": errors.confusion.ravel().tolist() if errors else [],
            "class_prior": errors.class_prior.tolist() if errors else [],
            "reason": consensus.weights.reason,
        },
    )[0]


_NOBODY: IntArray = np.zeros(0, dtype=np.int64)


def _write_posteriors(consensus: Consensus, before: Counted, decisions: UnitVotes) -> None:
    """The rows that differ from those `before`, which are deleted where nobody votes any more."""
    votes = consensus.votes
    gone = np.setdiff1d(before.tasks, votes.tasks)
    TaskConsensus.objects.filter(task__in=gone.tolist()).delete()
    if not len(votes.tasks):
        return
    new = counted_of(consensus, decisions)
    changed = _changed(new, before)
    starts = unit_starts(new.units)
    parts = [np.split(column, starts[1:]) for column in (new.posterior, new.counts)]
    posterior, counts = (
        [",".join(map(repr, part[i].ravel().tolist())) for i in changed] for part in parts
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                new.tasks[changed].tolist(),
                posterior,
                counts,
                [None if n == MISSING else n for n in new.chose_left[changed].tolist()],
                new.mean_over_judged(entropy(new.posterior))[changed].tolist(),
                new.mean_over_judged(new.posterior.max(axis=1))[changed].tolist(),
                new.disagreement[changed].tolist(),
                new.judgments[changed].tolist(),
            ],
        )


def _changed(new: Counted, before: Counted) -> IntArray:
    """The places in `new.tasks` of tasks whose row is missing or says something else."""
    same = np.isin(new.tasks, before.tasks)
    at, was = np.flatnonzero(same), np.searchsorted(before.tasks, new.tasks[same])
    alike = (
        (new.units[at] == before.units[was])
        & (new.judgments[at] == before.judgments[was])
        & (new.chose_left[at] == before.chose_left[was])
    )
    at, was = at[alike], was[alike]
    unit = _rows_of(unit_starts(new.units)[at], new.units[at])
    unit_was = _rows_of(unit_starts(before.units)[was], before.units[was])
    moved = np.abs(new.posterior[unit] - before.posterior[unit_was]).max(axis=1) >= UNCHANGED
    moved |= (new.counts[unit] != before.counts[unit_was]).any(axis=1)
    same[:] = False
    same[at] = ~np.logical_or.reduceat(moved, unit_starts(new.units[at])) if len(at) else False
    return np.flatnonzero(~same)


def _rows_of(starts: IntArray, sizes: IntArray) -> IntArray:
    """The rows of groups that begin at `starts` and have `sizes` each, one after the other."""
    within = np.arange(sizes.sum()) - np.repeat(unit_starts(sizes), sizes)
    rows: IntArray = np.repeat(starts, sizes) + within
    return rows


def _write_agreement(project: Project, counted: Counted, *, raters: int) -> Agreement:
    """Pairs of one ranking are not independent: the bootstrap draws whole tasks."""
    counts = counted.counts
    cluster = np.repeat(counted.tasks, counted.units)
    twice = np.unique(cluster[counts.sum(axis=1) >= 2])
    # A pair's task has one unit, so a row of tasks that are pairs is a row of theirs.
    is_pair = counted.chose_left != MISSING
    pairs = counts[np.repeat(is_pair, counted.units)].sum(axis=0)
    strict = int(pairs[0] + pairs[2])
    return Agreement.objects.create(
        project=project,
        judgments=int(counted.judgments.sum()),
        tasks=len(counted.tasks),
        tasks_overlapping=len(twice),
        raters=raters,
        alpha=asdict(alpha(counts, cluster=cluster)),
        raw=asdict(raw_agreement(counts, cluster=cluster)),
        tie_share=int(pairs[1]) / int(pairs.sum()) if pairs.sum() else None,
        left_share=int(counted.chose_left[is_pair].sum()) / strict if strict else None,
    )
