"""Which pairs to ask raters about next, why, and with what probability.

It knows rewards, intervals and ages, not texts, people or tasks. A round is two draws:

1. the random share: prompts with equal chances, evaluation prompts among them, then one of the
   prompt's pairs with equal chances;
2. the rest, actively: prompts outside the evaluation split, with chances proportional to the mean
   weight of their pairs (`weights.py`), then a pair in proportion to its weight.

Places that the active draw can't fill, for want of scored pairs, belong to the random one.

Both take the newest pairs first: every prompt that has a pair of the newest age goes in before any
older one, and chance decides only within the age at which the places run out. No prompt gives two
pairs, since pairs of one prompt tell nearly the same and a batch of them is what makes plain BALD
fail (Kirsch et al. 2019, arXiv:1906.08158). Random judgments are a share of every round, because
gains of an active choice often don't pass on to the next model (Lowell et al. 2019,
arXiv:1807.04801).
"""

import math
from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from rm_training.acquisition.pairs import BoolArray, Pairs, Pool, candidate_pairs
from rm_training.acquisition.systematic import (
    FloatArray,
    IntArray,
    inclusion_probabilities,
    systematic_sample,
)
from rm_training.acquisition.weights import pair_weights

RANDOM = "random"
UNCERTAIN = "uncertain"
NO_CHAMPION = "random: no champion yet"
NO_INTERVAL = "random: the champion has no interval"

# 0.3 · 30 is a hair above 9; it must not round up to 10.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen pair: rows `first` < `second` of the pool.

    `probability`, in (0, 1], is the exact chance of this pair in the draw that chose it, given what
    the draws before it in the round had taken. `reason` is "random", "uncertain", or
    "random: no champion yet" where no pair has scores, or "random: the champion has no interval"
    where all its intervals have no width, as of a model that is one network.
    """

    first: int
    second: int
    reason: str
    probability: float


def choose(
    pool: Pool,
    *,
    size: int,
    random_share: float = 0.3,
    seed: int,
    taken: Set[tuple[int, int]] = frozenset(),
) -> list[Choice]:
    """At most `size` pairs, the newest first, at most one a prompt and none in `taken`.

    The random share is rounded up. Fewer prompts than `size` give fewer choices. The same arguments
    give the same choices. Raises ValueError for a negative size or a share outside [0, 1].
    """
    if size < 0 or not 0 <= random_share <= 1:
        raise ValueError("The size must not be negative, and the random share lies from 0 to 1.")
    rng = np.random.default_rng(seed)
    pairs = candidate_pairs(pool, taken)
    places = min(size, _prompts(pairs))
    at_random = math.ceil(places * random_share - _ROUNDING)
    active = min(places - at_random, _prompts(_active_pairs(pool, pairs)))
    drawn = _draw_random(pool, pairs, places - active, rng)
    drawn += _draw_active(pool, _without(pairs, drawn), active, rng)
    # Where the first draw took prompts that the second then lacked.
    drawn += _draw_random(pool, _without(pairs, drawn), places - len(drawn), rng)
    # The newest first also in the order of the list, with both kinds mixed within an age.
    mixed = [drawn[index] for index in rng.permutation(len(drawn))]
    return [one.choice for one in sorted(mixed, key=lambda one: one.age)]


@dataclass(frozen=True, slots=True)
class _Drawn:
    choice: Choice
    prompt: int
    age: int


def _prompts(pairs: Pairs) -> int:
    return len(np.unique(pairs.prompt))


def _without(pairs: Pairs, drawn: list[_Drawn]) -> Pairs:
    used = np.array([one.prompt for one in drawn], dtype=np.int64)
    return pairs.where(~np.isin(pairs.prompt, used))


def _draw_random(pool: Pool, pairs: Pairs, places: int, rng: np.random.Generator) -> list[_Drawn]:
    reason = RANDOM if _unsure(pool).any() else NO_INTERVAL if pool.scored.any() else NO_CHAMPION
    newest = pairs.newest_of_each_prompt()
    return _draw(newest, np.ones(len(newest)), places, reason, rng)


def _active_pairs(pool: Pool, pairs: Pairs) -> Pairs:
    """What may be chosen for its weight: scored, and outside the evaluation split."""
    scored = pool.scored[pairs.first] & pool.scored[pairs.second] & _unsure(pool).any()
    return pairs.where(scored & ~pool.evaluation[pairs.first])


def _unsure(pool: Pool) -> BoolArray:
    """Which responses the champion is unsure of at all, `[n]`."""
    return pool.scored & (pool.upper > pool.lower)


def _draw_active(pool: Pool, pairs: Pairs, places: int, rng: np.random.Generator) -> list[_Drawn]:
    newest = _active_pairs(pool, pairs).newest_of_each_prompt()
    return _draw(newest, pair_weights(pool, newest), places, UNCERTAIN, rng)


def _draw(
    pairs: Pairs, weights: FloatArray, places: int, reason: str, rng: np.random.Generator
) -> list[_Drawn]:
    """Up to `places` prompts by the mean weight of their pairs, and of each one pair by its weight.

    All pairs of a prompt have the same age; `weights[pairs]` are positive.
    """
    if not len(pairs) or not places:
        return []
    prompts, index = np.unique(pairs.prompt, return_inverse=True)
    total = np.bincount(index, weights)
    age = np.zeros(len(prompts), dtype=np.int64)
    age[index] = pairs.age
    chosen, chance = _draw_prompts(age, total / np.bincount(index), places, rng)
    pair = _one_of_each(index, weights, rng)[chosen]
    probability = chance * weights[pair] / total[chosen]
    return [
        _Drawn(
            Choice(int(pairs.first[p]), int(pairs.second[p]), reason, float(probability[n])),
            int(pairs.prompt[p]),
            int(pairs.age[p]),
        )
        for n, p in enumerate(pair)
    ]


def _draw_prompts(
    age: IntArray, weights: FloatArray, places: int, rng: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Indices of the prompts drawn, the newest age first, and the chance that each had."""
    chosen: list[IntArray] = []
    chances: list[FloatArray] = []
    for one_age in np.unique(age):
        left = places - sum(map(len, chosen))
        if not left:
            break
        members = np.flatnonzero(age == one_age)
        chance = inclusion_probabilities(weights[members], left)
        sample = systematic_sample(chance, rng)
        chosen.append(members[sample])
        chances.append(chance[sample])
    return np.concatenate(chosen), np.concatenate(chances)


def _one_of_each(group: IntArray, weights: FloatArray, rng: np.random.Generator) -> IntArray:
    """One index of each group 0, 1, …, with chances proportional to the weights within it.

    The first of exponential clocks whose rates are the weights rings first with that chance.
    """
    order = np.lexsort((rng.exponential(size=len(group)) / weights, group))
    return order[np.flatnonzero(np.append(True, np.diff(group[order]) > 0))]
