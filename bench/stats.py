"""The statistics core at a million judgments, beside the libraries that do the same.

Times of ours are the least of three runs, since other work on the machine only ever adds; peers run
once, in a process of their own. Memory is what is allocated at once above the input.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_bt import crowd_bt
from annotate.stats.consensus.dawid_skene import dawid_skene
from annotate.stats.incremental import Agreement
from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.plackett_luce import plackett_luce
from annotate.stats.reliability import alpha
from bench import peers
from bench.costs import megabytes, seconds
from bench.figures import figure

if TYPE_CHECKING:
    from annotate.models import Project  # only there with Django set up

MILLION = 1_000_000
RATERS = 200
PEERS = {"evalica_bt": "evalica", "logistic_bt": "scikit-learn"}


def run(*, quick: bool) -> None:
    n = MILLION // 10 if quick else MILLION
    _alpha(n)
    _dawid_skene(n, quick=quick)
    _bradley_terry(n)
    _crowd_bt(n)
    _plackett_luce(n)
    _one_judgment(n)
    _in_postgresql(n)


def many_counts(units: int) -> IntArray:
    """`[units, 7]` of four raters a unit who mostly stay within one of what it is."""
    rng = np.random.default_rng(0)
    far = np.abs(np.arange(7)[:, None] - np.arange(7))
    chances = 0.4**far / (0.4**far).sum(axis=1, keepdims=True)
    return rng.multinomial(4, chances[rng.integers(7, size=units)])


def _alpha(n: int) -> None:
    """Ordinal, seven values, four ratings a unit, with 1,000 bootstrap samples (the peer: none)."""
    counts = many_counts(n)

    def work() -> object:
        return alpha(counts, level="ordinal", resamples=1000)

    peer = peers.run("alpha", counts=counts)
    found = alpha(counts, level="ordinal", resamples=10)
    assert found.value is not None
    assert abs(found.value - peer["value"]) < 1e-12
    named = "krippendorff, the value alone"
    wall = seconds(work)[0]
    figure("stats", "alpha_1m_s", wall, "s", n=n, peer=named, peer_value=peer["wall_s"])
    figure("stats", "alpha_1m_mb", megabytes(work), "MB", n=n)


@dataclass(frozen=True)
class _Labels:
    task: IntArray
    rater: IntArray
    label: IntArray
    truth: IntArray


def _labels(n: int) -> _Labels:
    """Ratings of three labels, four a task, by raters of .5 to .95 accuracy."""
    rng = np.random.default_rng(1)
    tasks = n // 4
    truth = rng.integers(3, size=tasks)
    task = np.repeat(np.arange(tasks), 4)
    # Four different raters a task.
    first = rng.integers(RATERS, size=tasks)
    rater = (first[:, None] + np.arange(4) * (1 + rng.integers(40, size=(tasks, 1)))) % RATERS
    rater = rater.ravel()
    right = rng.random(n) < np.linspace(0.5, 0.95, RATERS)[rater]
    wrong = (truth[task] + rng.integers(1, 3, size=n)) % 3
    return _Labels(task, rater, np.where(right, truth[task], wrong), truth)


def _dawid_skene(n: int, *, quick: bool) -> None:
    def work(data: _Labels) -> FloatArray:
        return dawid_skene(
            data.task, data.rater, data.label, tasks=len(data.truth), raters=RATERS, labels=3
        ).posterior

    many = _labels(n)
    figure("stats", "dawid_skene_1m_s", seconds(lambda: work(many))[0], "s", n=n)
    fewer = _labels(10_000 if quick else 100_000)
    peer = peers.run(
        "dawid_skene", task=fewer.task, rater=fewer.rater, label=fewer.label, truth=fewer.truth
    )
    cpu = seconds(lambda: work(fewer), times=10)[1]
    accuracy = float((work(fewer).argmax(axis=1) == fewer.truth).mean())
    size, named = len(fewer.task), "crowd-kit"
    figure("stats", "dawid_skene_100k_cpu_ratio", peer["cpu_s"] / cpu, "ratio", n=size)
    figure(
        "stats", "dawid_skene_100k_accuracy", accuracy, "share",
        n=size, peer=named, peer_value=peer["accuracy"],
    )  # fmt: skip


def _bradley_terry(n: int) -> None:
    rng = np.random.default_rng(2)
    for items in (500, 20_000):
        score = rng.standard_normal(items)
        first, second = _two_different(rng, items, n)
        wins = rng.random(n) < 1 / (1 + np.exp(score[second] - score[first]))
        _one_size(items, score, first, second, np.where(wins, 0, 2))


def _one_size(
    items: int, score: FloatArray, first: IntArray, second: IntArray, outcome: IntArray
) -> None:
    """The peers keep up with the few items only."""

    def work() -> FloatArray:
        return bradley_terry(first, second, outcome, items=items).score

    wall, n = seconds(work)[0], len(first)
    if items > 500:
        figure("stats", "bt_20k_items_s", wall, "s", n=n)
        return
    for peer, named in PEERS.items():
        other = peers.run(peer, first=first, second=second, outcome=outcome, truth=score)
        figure("stats", "bt_500_items_s", wall, "s", n=n, peer=named, peer_value=other["wall_s"])
        recovered = float(np.corrcoef(work(), score)[0, 1])
        figure("stats", "bt_500_items_r", recovered, "r", n=n, peer=named, peer_value=other["r"])


def _two_different(rng: np.random.Generator, items: int, n: int) -> tuple[IntArray, IntArray]:
    first = rng.integers(items, size=n)
    return first, (first + rng.integers(1, items, size=n)) % items


def _crowd_bt(n: int) -> None:
    """500 items and 200 raters, of whom the worst answer at random and the best nearly always
    honestly."""
    rng = np.random.default_rng(3)
    items, skill = 500, np.linspace(0.4, 0.98, RATERS)
    score = rng.standard_normal(items)
    first, second = _two_different(rng, items, n)
    rater, left = rng.integers(RATERS, size=n), rng.integers(2, size=n)
    honest = rng.random(n) < 1 / (1 + np.exp(score[second] - score[first]))
    mirrored = rng.random(n) > skill[rater]
    outcome = np.where(honest ^ mirrored, 0, 2)

    def work() -> FloatArray:
        fit = crowd_bt(first, second, outcome, rater, left, items=items, raters=RATERS)
        return fit.parameters.reliability

    figure("stats", "crowd_bt_1m_s", seconds(work)[0], "s", n=n)
    figure("stats", "crowd_bt_skill_r", float(np.corrcoef(work(), skill)[0, 1]), "r", n=n)


def _plackett_luce(n: int) -> None:
    """Rankings of four of 500 items."""
    rng = np.random.default_rng(4)
    count = 500
    score = rng.standard_normal(count)
    items = np.argsort(rng.random((n, 12)), axis=1)[:, :4] + rng.integers(count, size=(n, 1))
    items %= count
    drawn = score[items] + rng.gumbel(size=items.shape)
    ranks = np.argsort(np.argsort(-drawn, axis=1), axis=1) + 1

    def work() -> object:
        return plackett_luce(items, ranks, count=count)

    found = plackett_luce(items, ranks, count=count).score
    figure("stats", "plackett_luce_1m_s", seconds(work, 2)[0], "s", n=n)
    figure("stats", "plackett_luce_1m_mb", megabytes(work), "MB", n=n)
    figure("stats", "plackett_luce_1m_r", float(np.corrcoef(found, score)[0, 1]), "r", n=n)


def _one_judgment(n: int) -> None:
    """α, the unit's counts and its posterior after one more vote and after an edit."""
    rng = np.random.default_rng(5)
    counts = rng.multinomial(4, [0.5, 0.2, 0.3], size=n // 4)
    state = Agreement.of_counts(counts)
    changes = 2_000
    units = rng.integers(len(counts), size=changes).tolist()
    began = time.perf_counter()
    for unit in units:
        state.add(unit, 0)
        state.replace(unit, 0, 2)
        state.alpha("ordinal")
        state.posterior(unit)
    figure("stats", "one_judgment_ms", (time.perf_counter() - began) / changes * 500, "ms", n=n)


def _in_postgresql(n: int) -> None:
    """From PostgreSQL to arrays: a project's pairs, four votes each; and what the worker does there
    once all votes are new to it, and once those of ten tasks are."""
    from bench.servers import django_on_own_servers

    with django_on_own_servers():
        from annotate.actions.consensus import refresh_consensus
        from annotate.queries.votes import load_unit_votes

        project = _seed(n)
        wall = seconds(lambda: load_unit_votes(project))[0]
        votes = load_unit_votes(project)
        assert len(votes.task) == n
        figure("stats", "load_1m_s", wall, "s", n=n)
        ten = votes.tasks[:10].tolist()
        wall = seconds(lambda: refresh_consensus(project=project), 1)[0]
        figure("stats", "refresh_all_1m_s", wall, "s", n=n)
        wall = seconds(lambda: refresh_consensus(project=project, tasks=ten))[0]
        figure("stats", "refresh_ten_1m_s", wall, "s", n=n)


_ASSIGNED = """
INSERT INTO annotate_assignment
    (task_id, rater_id, state, shown, version, leased_at, lease_expires_at, skip_reason, note,
     flagged)
SELECT t.id, r.id, 'submitted', '{0,1}', 1, now(), now(), '', '', false
FROM annotate_task AS t JOIN annotate_question AS q ON q.id = t.question_id
CROSS JOIN unnest(%(raters)s::bigint[]) AS r (id)
WHERE q.project_id = %(project)s
"""
_JUDGED = """
INSERT INTO annotate_judgment
    (assignment_id, task_id, rater_id, kind, revision, newest, late, k, ranks, unacceptable, tags,
     note, answer, shown, submitted_at, active_ms, created_at)
SELECT id, task_id, rater_id, 'rating', 1, true, false, 2,
       CASE WHEN id % 3 = 0 THEN '{2,1}' ELSE '{1,2}' END::smallint[], '{f,f}', '{}', '', '{}',
       '{0,1}', now(), 1000 + id % 9000, now()
FROM annotate_assignment
"""


def _seed(n: int) -> Project:
    from django.db import connection

    from annotate.models import Project, User
    from bench.assign import seed

    seed("load", n // 4)
    project = Project.objects.get(slug="load")
    raters = [User.objects.create(username=f"load-{i}").pk for i in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGNED, {"project": project.pk, "raters": raters})
        # Else the triggers' plans are those for a table that was empty when it was last vacuumed.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(_JUDGED)
        cursor.execute("VACUUM ANALYZE")
    return project
