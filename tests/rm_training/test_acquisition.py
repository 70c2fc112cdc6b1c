"""What a round chooses: its rules as properties, and its probabilities by repeating the draw."""

from collections import Counter
from collections.abc import Set
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from rm_training.acquisition.choose import (
    NO_CHAMPION,
    NO_INTERVAL,
    RANDOM,
    UNCERTAIN,
    Choice,
    choose,
)
from rm_training.acquisition.pairs import Pool, candidate_pairs
from rm_training.acquisition.systematic import (
    FloatArray,
    inclusion_probabilities,
    systematic_sample,
)
from rm_training.acquisition.weights import bald, pair_weights

NOTHING_TAKEN: frozenset[tuple[int, int]] = frozenset()


def make_pool(
    prompt: list[int],
    *,
    age: list[int] | None = None,
    evaluation: Set[int] = frozenset(),
    scored: list[bool] | None = None,
    seed: int = 0,
) -> Pool:
    """A pool with random rewards; `evaluation` names prompts, the lists have one entry a row."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 1.5, size=len(prompt))
    width = rng.gamma(2.0, 0.5, size=len(prompt))
    if scored is not None:
        mean[~np.array(scored, dtype=bool)] = np.nan
    return Pool(
        prompt=np.array(prompt, dtype=np.int64),
        mean=mean,
        lower=mean - width,
        upper=mean + width,
        age=np.array(age if age is not None else [0] * len(prompt), dtype=np.int64),
        evaluation=np.isin(prompt, list(evaluation)),
    )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    rows = draw(st.integers(0, 24))
    prompt = draw(st.lists(st.integers(-2, 6), min_size=rows, max_size=rows))
    return make_pool(
        prompt,
        age=draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)),
        evaluation=draw(st.sets(st.integers(-2, 6), max_size=4)),
        scored=draw(st.lists(st.booleans(), min_size=rows, max_size=rows)),
        seed=draw(st.integers(0, 100)),
    )


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Pool, set[tuple[int, int]], int, float, list[Choice]]:
    pool = draw(pools())
    all_pairs = sorted(pairs_of(pool))
    taken = draw(st.sets(st.sampled_from(all_pairs))) if all_pairs else set()
    size = draw(st.integers(0, 10))
    share = draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))
    seed = draw(st.integers(0, 2**32))
    chosen = choose(pool, size=size, random_share=share, seed=seed, taken=taken)
    return pool, taken, size, share, chosen


def pairs_of(pool: Pool) -> set[tuple[int, int]]:
    rows = range(len(pool.prompt))
    return {(i, j) for i, j in combinations(rows, 2) if pool.prompt[i] == pool.prompt[j]}


def pair_age(pool: Pool, pair: tuple[int, int]) -> int:
    return int(min(pool.age[pair[0]], pool.age[pair[1]]))


def prompts_of(pool: Pool, pairs: Set[tuple[int, int]]) -> set[int]:
    return {int(pool.prompt[first]) for first, _ in pairs}


warnings_fail = pytest.mark.filterwarnings("error")


@warnings_fail
@settings(deadline=None, max_examples=200)
@given(rounds())
def test_a_round_has_one_free_pair_a_prompt_and_as_many_as_there_are(
    made: tuple[Pool, set[tuple[int, int]], int, float, list[Choice]],
) -> None:
    pool, taken, size, _, chosen = made
    pairs = [(choice.first, choice.second) for choice in chosen]
    free = pairs_of(pool) - taken
    assert set(pairs) <= free
    assert len({int(pool.prompt[first]) for first, _ in pairs}) == len(pairs)
    assert len(pairs) == min(size, len(prompts_of(pool, free)))


@warnings_fail
@settings(deadline=None, max_examples=200)
@given(rounds())
def test_every_choice_has_a_probability_and_a_true_reason(
    made: tuple[Pool, set[tuple[int, int]], int, float, list[Choice]],
) -> None:
    pool, _, _, _, chosen = made
    scored = np.isfinite(pool.mean)
    for choice in chosen:
        assert 0 < choice.probability <= 1
        if choice.reason == UNCERTAIN:
            assert not pool.evaluation[choice.first]
            assert scored[choice.first]
            assert scored[choice.second]
        else:
            unsure = scored & (pool.upper > pool.lower)
            sure = NO_INTERVAL if scored.any() else NO_CHAMPION
            assert choice.reason == (RANDOM if unsure.any() else sure)


@warnings_fail
@settings(deadline=None, max_examples=200)
@given(rounds())
def test_the_newest_come_first(
    made: tuple[Pool, set[tuple[int, int]], int, float, list[Choice]],
) -> None:
    pool, taken, _, _, chosen = made
    free = pairs_of(pool) - taken
    ages = [pair_age(pool, (choice.first, choice.second)) for choice in chosen]
    assert ages == sorted(ages)
    for choice, age in zip(chosen, ages, strict=True):
        others = {pair for pair in free if pool.prompt[pair[0]] == pool.prompt[choice.first]}
        if choice.reason == UNCERTAIN:
            others = {pair for pair in others if np.isfinite(pool.mean[list(pair)]).all()}
        assert age == min(pair_age(pool, pair) for pair in others)


@warnings_fail
@settings(deadline=None, max_examples=200)
@given(rounds())
def test_older_pairs_only_fill_what_newer_prompts_leave(
    made: tuple[Pool, set[tuple[int, int]], int, float, list[Choice]],
) -> None:
    pool, taken, _, share, chosen = made
    oldest = max((pair_age(pool, (c.first, c.second)) for c in chosen), default=0)
    used = {int(pool.prompt[choice.first]) for choice in chosen}
    newer = {pair for pair in pairs_of(pool) - taken if pair_age(pool, pair) < oldest}
    passed_over = prompts_of(pool, newer) - used
    if share == 1:
        assert not passed_over
    for prompt in passed_over:
        # Only what the active draw may not take can be passed over.
        rows = pool.prompt == prompt
        unscored = np.isnan(pool.mean[rows]).any()
        assert pool.evaluation[rows].all() or unscored


@warnings_fail
@settings(deadline=None, max_examples=200)
@given(rounds())
def test_the_random_share_is_met_and_rounded_up(
    made: tuple[Pool, set[tuple[int, int]], int, float, list[Choice]],
) -> None:
    _, _, _, share, chosen = made
    random = sum(choice.reason != UNCERTAIN for choice in chosen)
    assert random >= share * len(chosen) - 1e-9


def test_the_random_share_of_a_full_round_is_exact() -> None:
    pool = make_pool([n // 2 for n in range(400)])
    for size, expected in ((1, 1), (10, 3), (30, 9), (50, 15), (51, 16)):
        reasons = Counter(choice.reason for choice in choose(pool, size=size, seed=1))
        assert reasons == Counter({RANDOM: expected, UNCERTAIN: size - expected})


def test_the_same_seed_chooses_the_same_pairs() -> None:
    pool = make_pool([n // 4 for n in range(80)])
    assert choose(pool, size=8, seed=5) == choose(pool, size=8, seed=5)
    assert choose(pool, size=8, seed=5) != choose(pool, size=8, seed=6)


def test_without_a_champion_everything_is_random_with_that_reason() -> None:
    pool = make_pool([n // 2 for n in range(40)], scored=[False] * 40)
    chosen = choose(pool, size=10, seed=0)
    assert [choice.reason for choice in chosen] == [NO_CHAMPION] * 10
    assert [choice.probability for choice in chosen] == pytest.approx([0.5] * 10)


def test_evaluation_prompts_come_in_by_chance_alone_and_in_proportion() -> None:
    pool = make_pool([n // 2 for n in range(200)], evaluation=set(range(20)))
    kinds: Counter[tuple[str, bool]] = Counter()
    for seed in range(300):
        for choice in choose(pool, size=10, random_share=0.5, seed=seed):
            kinds[choice.reason, bool(pool.evaluation[choice.first])] += 1
    assert kinds[UNCERTAIN, True] == 0
    # A fifth of 1,500; four standard deviations of the binomial, which is the wider, are 62.
    assert abs(kinds[RANDOM, True] - 300) < 62


def test_what_is_taken_is_not_chosen_again_in_either_order() -> None:
    pool = make_pool([0, 0, 0])
    taken = {(1, 0), (2, 0)}
    for seed in range(20):
        (choice,) = choose(pool, size=3, random_share=0.5, seed=seed, taken=taken)
        assert (choice.first, choice.second) == (1, 2)
    assert choose(pool, size=3, seed=0, taken={*taken, (1, 2)}) == []


def test_an_empty_pool_gives_no_choices() -> None:
    assert choose(make_pool([]), size=5, seed=0) == []


@pytest.mark.parametrize("age", [None, [2, 0, 1] * 4 + [1, 1]])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_probabilities_are_the_frequencies_over_many_seeds(
    share: float, age: list[int] | None
) -> None:
    """Prompts of 2 to 5 responses; one draw, so the probability is not conditional on another."""
    prompt = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    pool = make_pool(prompt, age=age)
    seeds = 2500
    seen: Counter[tuple[int, int]] = Counter()
    stated: dict[tuple[int, int], float] = {}
    for seed in range(seeds):
        for choice in choose(pool, size=2, random_share=share, seed=seed):
            pair = (choice.first, choice.second)
            seen[pair] += 1
            assert stated.setdefault(pair, choice.probability) == choice.probability
    assert sum(stated.values()) == pytest.approx(2)
    for pair, probability in stated.items():
        error = np.sqrt(probability * (1 - probability) / seeds)
        assert abs(seen[pair] / seeds - probability) < 4.5 * error + 1e-12


def test_weighting_back_the_active_draw_counts_the_pairs_it_could_choose() -> None:
    """Σ 1/probability has the number of candidates as its mean (Horvitz & Thompson 1952)."""
    pool = make_pool([n // 3 for n in range(60)], evaluation={0, 1})
    totals = []
    for seed in range(2000):
        chosen = choose(pool, size=8, random_share=0.25, seed=seed)
        left = 18 - sum(c.reason == RANDOM and not pool.evaluation[c.first] for c in chosen)
        weight = sum(1 / c.probability for c in chosen if c.reason == UNCERTAIN)
        totals.append(weight / (3 * left))
    error = np.std(totals) / np.sqrt(len(totals))
    assert abs(np.mean(totals) - 1) < 4 * error


def test_uncertain_pairs_are_chosen_more_often() -> None:
    prompt = [n // 2 for n in range(80)]
    wide = np.arange(80) < 20
    width = np.where(wide, 3.0, 0.1)
    none = np.zeros(80)
    pool = Pool(
        prompt=np.array(prompt),
        mean=none,
        lower=-width,
        upper=width,
        age=np.zeros(80, dtype=np.int64),
        evaluation=np.zeros(80, dtype=bool),
    )
    chosen = choose(pool, size=8, random_share=0.0, seed=0)
    assert sum(bool(wide[choice.first]) for choice in chosen) >= 6


def test_a_prompt_with_more_responses_is_not_chosen_more_often() -> None:
    prompt = [0] * 2 + [1] * 8 + [2] * 2 + [3] * 8
    equal = np.ones(20)
    pool = Pool(
        prompt=np.array(prompt),
        mean=0 * equal,
        lower=-equal,
        upper=equal,
        age=np.zeros(20, dtype=np.int64),
        evaluation=np.zeros(20, dtype=bool),
    )
    for share in (0.0, 1.0):
        for choice in choose(pool, size=2, random_share=share, seed=3):
            pairs = {2: 1, 8: 28}[prompt.count(prompt[choice.first])]
            assert choice.probability == pytest.approx(0.5 / pairs)


@pytest.mark.parametrize("mean", [0.0, 0.7, -3.0])
@pytest.mark.parametrize("deviation", [0.1, 1.0, 3.0])
def test_the_weight_is_the_mutual_information_by_numerical_integration(
    mean: float, deviation: float
) -> None:
    def entropy(p: float) -> float:
        return float(-p * np.log(p) - (1 - p) * np.log(1 - p))

    def expected(value: bool) -> float:
        def integrand(z: float) -> float:
            p = float(expit(mean + deviation * z))
            return float(norm.pdf(z)) * (entropy(p) if value else p)

        return float(quad(integrand, -10, 10, epsabs=1e-12)[0])

    information = entropy(expected(value=False)) - expected(value=True)
    own = bald(np.array([mean]), np.array([deviation]))[0]
    assert own == pytest.approx(information, rel=1e-3)


def test_a_near_tie_that_the_heads_agree_on_weighs_less_than_a_dispute() -> None:
    agreed_tie, dispute, wide_gap = bald(np.array([0.0, 0.0, 9.0]), np.array([0.05, 1.5, 1.5]))
    assert agreed_tie < 0.01 * dispute
    assert wide_gap < 0.1 * dispute


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_no_weight_is_negative_or_undefined(differences: list[tuple[float, float]]) -> None:
    mean, deviation = np.array(differences).T
    information = bald(mean, deviation)
    assert (information >= 0).all()
    assert (information <= np.log(2) + 1e-9).all()


def test_no_pair_is_impossible_and_inverse_weights_are_bounded() -> None:
    pool = make_pool([n // 2 for n in range(200)])
    pool.upper[2:] = pool.lower[2:] = pool.mean[2:]
    weights = pair_weights(pool, candidate_pairs(pool, NOTHING_TAKEN))
    assert weights.min() > 0.09 * weights.mean()


def test_intervals_without_width_weigh_the_same() -> None:
    pool = make_pool([0, 0, 1, 1])
    pool.upper[:] = pool.lower[:] = pool.mean
    assert pair_weights(pool, candidate_pairs(pool, NOTHING_TAKEN)).tolist() == [1, 1]


@settings(deadline=None)
@given(pools(), st.data())
def test_candidates_are_all_pairs_within_a_prompt_but_the_taken(
    pool: Pool, data: st.DataObject
) -> None:
    every = sorted(pairs_of(pool))
    taken = data.draw(st.sets(st.sampled_from(every))) if every else set()
    pairs = candidate_pairs(pool, taken)
    found = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert sorted(found) == sorted(set(every) - taken)
    assert pairs.age.tolist() == [pair_age(pool, pair) for pair in found]


positive = st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=30)


@settings(deadline=None)
@given(positive, st.integers(1, 35))
def test_inclusion_probabilities_sum_to_the_size_in_proportion_below_one(
    weights: list[float], size: int
) -> None:
    chance = inclusion_probabilities(np.array(weights), size)
    assert ((chance > 0) & (chance <= 1)).all()
    assert chance.sum() == pytest.approx(min(size, len(weights)), abs=1e-6)
    free = chance < 1
    ratio = chance[free] / np.array(weights)[free]
    assert ratio == pytest.approx(np.full(len(ratio), ratio.mean() if len(ratio) else 0))


def test_the_worked_example_of_certain_units_comes_out() -> None:
    # Two of (10, 1, 1, 2): 2 · 10/14 exceeds 1, so the first is certain; the rest share a place.
    chance = inclusion_probabilities(np.array([10.0, 1, 1, 2]), 2)
    assert chance == pytest.approx([1, 1 / 4, 1 / 4, 1 / 2])


@settings(deadline=None)
@given(positive, st.integers(1, 35), st.integers(0, 1000))
def test_a_systematic_sample_has_its_size_without_repeats(
    weights: list[float], size: int, seed: int
) -> None:
    chance = inclusion_probabilities(np.array(weights), size)
    sample = systematic_sample(chance, np.random.default_rng(seed)).tolist()
    assert len(set(sample)) == len(sample) == min(size, len(weights))
    assert set(np.flatnonzero(chance == 1)) <= set(sample)


def test_a_systematic_sample_includes_each_with_its_own_probability() -> None:
    chance: FloatArray = np.array([0.05, 0.9, 0.3, 1.0, 0.25, 0.5, 0.7, 0.3])
    rng = np.random.default_rng(0)
    draws = 20_000
    seen = np.zeros(len(chance))
    for _ in range(draws):
        seen[systematic_sample(chance, rng)] += 1
    error = np.sqrt(chance * (1 - chance) / draws)
    assert (np.abs(seen / draws - chance) <= 4.5 * error).all()


@pytest.mark.parametrize("weights", [[0.0, 1.0], [-1.0, 1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_weights_that_are_not_positive_numbers_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="positive number"):
        inclusion_probabilities(np.array(weights), 1)


def test_probabilities_that_sum_to_no_whole_number_are_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        systematic_sample(np.array([0.5, 0.2]), np.random.default_rng(0))


@pytest.mark.parametrize(("size", "share"), [(-1, 0.3), (5, -0.1), (5, 1.1), (5, float("nan"))])
def test_an_impossible_size_or_share_is_refused(size: int, share: float) -> None:
    with pytest.raises(ValueError, match="random share"):
        choose(make_pool([0, 0]), size=size, random_share=share, seed=0)


def test_a_taken_row_outside_the_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the pool"):
        choose(make_pool([0, 0]), size=1, seed=0, taken={(0, 2)})


def test_a_pool_with_uneven_columns_or_a_reversed_interval_is_refused() -> None:
    pool = make_pool([0, 0])
    with pytest.raises(ValueError, match="one row a response"):
        Pool(pool.prompt, pool.mean, pool.lower, pool.upper, pool.age, pool.evaluation[:1])
    with pytest.raises(ValueError, match="above its upper end"):
        Pool(pool.prompt, pool.mean, pool.upper, pool.lower, pool.age, pool.evaluation)
