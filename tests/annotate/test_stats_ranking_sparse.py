"""Many items at once: the sparse system against the dense one, and what joins the items."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.stats.ranking import result as module
from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.components import components
from annotate.stats.ranking.errors import TOO_MANY_ITEMS
from annotate.stats.ranking.pairs import collapse
from annotate.stats.ranking.plackett_luce import plackett_luce
from annotate.stats.ranking.sparse import conjugate_gradients


@pytest.fixture
def sparse_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DENSE_ITEMS", 0)


def comparisons(n: int, items: int, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    first = rng.integers(items, size=n)
    return {
        "first": first,
        "second": (first + rng.integers(1, items, size=n)) % items,
        "outcome": rng.integers(3, size=n),
        "items": items,
    }


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_components_are_those_found_by_walking(edges: list[tuple[int, int]]) -> None:
    first, second = (np.array([e[end] for e in edges], dtype=np.int64) for end in (0, 1))
    count, component = components(first, second, 10)
    reached = {item: {item} for item in range(10)}
    for _ in range(10):
        for a, b in edges:
            together = reached[a] | reached[b]
            reached.update({item: together | reached[item] for item in together})
    for a in range(10):
        assert set(np.flatnonzero(component == component[a])) == reached[a]
    assert count == len({frozenset(one) for one in reached.values()})


@pytest.mark.parametrize("items", [3, 3000])  # a table of all pairs, and sorting
def test_pairs_are_collapsed_whichever_way_round(items: int) -> None:
    pairs, index = collapse(np.array([2, 0, 1, 0]), np.array([1, 1, 2, 1]), items)
    assert (pairs.low.tolist(), pairs.high.tolist()) == ([0, 1], [1, 2])
    assert index.tolist() == [1, 0, 1, 0]


def test_a_sparse_fit_is_the_dense_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = comparisons(200, 40, seed=3)  # 40 items are few enough for exact errors
    style = np.random.default_rng(0).normal(size=(200, 2))
    dense = bradley_terry(**data, covariate=style)
    monkeypatch.setattr(module, "DENSE_ITEMS", 0)
    sparse = bradley_terry(**data, covariate=style, cluster=np.arange(200))
    for name in ("score", "log_tie", "effect"):
        assert getattr(sparse, name) == pytest.approx(getattr(dense, name), abs=1e-8)
        found, exact = getattr(sparse.errors, name), getattr(dense.errors, name)
        assert found == pytest.approx(exact, rel=1e-5)
    assert sparse.errors.accuracy == 0
    assert (sparse.clustered, sparse.no_clustered) == (None, TOO_MANY_ITEMS)


def test_sparse_rankings_are_the_dense_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    items = np.array([rng.permutation(50)[:4] for _ in range(120)])
    ranks = rng.integers(-1, 4, size=items.shape)
    dense = plackett_luce(items, ranks, count=50)
    monkeypatch.setattr(module, "DENSE_ITEMS", 0)
    sparse = plackett_luce(items, ranks, count=50)
    assert sparse.score == pytest.approx(dense.score, abs=1e-8)
    assert sparse.log_tie == pytest.approx(dense.log_tie, abs=1e-8)
    assert sparse.errors.score == pytest.approx(dense.errors.score, rel=1e-5)


def test_estimated_errors_are_as_accurate_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    data = comparisons(9000, 300)
    dense = bradley_terry(**data)
    monkeypatch.setattr(module, "DENSE_ITEMS", 0)
    sparse = bradley_terry(**data)
    miss = np.sqrt(np.mean(np.square(sparse.errors.score / dense.errors.score - 1)))
    assert 0 < miss < 0.03
    assert sparse.errors.accuracy == pytest.approx(miss, rel=0.3)


def test_prompts_that_share_no_response_have_the_errors_of_each_alone() -> None:
    prompts, one = 700, np.array([(0, 1), (1, 2), (2, 3), (0, 3)])
    pairs = (4 * np.arange(prompts)[:, None, None] + one).reshape(-1, 2)
    outcome = np.tile([0, 2, 0, 0], prompts)
    fit = bradley_terry(pairs[:, 0], pairs[:, 1], outcome, items=4 * prompts)
    alone = bradley_terry(one[:, 0], one[:, 1], outcome[:4], items=4)
    assert fit.components == prompts
    assert fit.score == pytest.approx(np.tile(alone.score, prompts), abs=1e-7)
    assert fit.errors.score == pytest.approx(np.tile(alone.errors.score, prompts), rel=1e-5)


def test_a_chain_too_long_for_conjugate_gradients_is_in_order() -> None:
    items = 3000
    chain = np.tile(np.arange(items - 1), 2)
    outcome = np.repeat([0, 2], items - 1)
    weight = np.repeat([2.0, 1.0], items - 1)
    fit = bradley_terry(chain, chain + 1, outcome, items=items, weight=weight)
    assert fit.converged
    assert (np.diff(fit.score) < 1e-12).all()
    # The slope of the log posterior: (observed − expected) wins, less the prior's pull.
    lead = 2 - 3 / (1 + np.exp(np.diff(fit.score)))
    slope = np.append(lead, 0) - np.append(0, lead) - fit.score / 10
    assert np.abs(slope).max() < 1e-7
    assert np.isfinite(fit.errors.score).all()
    assert fit.errors.accuracy > 0


def test_conjugate_gradients_solve_or_say_that_they_did_not() -> None:
    from scipy.sparse import csr_array, diags_array

    rng = np.random.default_rng(0)
    well = csr_array(np.diag(rng.random(30) + 1) + 0.01)
    right = rng.normal(size=(30, 3))
    found = conjugate_gradients(well, right, 1e-10)
    assert found is not None
    assert well @ found == pytest.approx(right, abs=1e-8)
    chain = diags_array(
        [-np.ones(4999), np.full(5000, 2 + 1e-9), -np.ones(4999)], offsets=[-1, 0, 1]
    )
    assert conjugate_gradients(chain.tocsr(), rng.normal(size=(5000, 1)), 1e-8) is None


def test_items_that_nothing_joins_are_as_uncertain_as_the_prior() -> None:
    fit = bradley_terry(np.array([0]), np.array([1]), np.array([0]), items=2500, prior_variance=4)
    assert fit.components == 2499
    assert fit.errors.score[2:].tolist() == [2.0] * 2498


@pytest.mark.usefixtures("sparse_only")
def test_ties_alone_and_no_comparison_are_fine_when_sparse() -> None:
    tied = bradley_terry(np.array([0, 1]), np.array([1, 2]), np.array([1, 1]), items=3)
    assert tied.score == pytest.approx(np.zeros(3), abs=1e-12)
    nothing = np.zeros(0, dtype=np.int64)
    assert bradley_terry(nothing, nothing, nothing, items=3).errors.score.tolist() == [10**0.5] * 3
