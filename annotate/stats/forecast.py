"""How many judgments are still to come when tasks close by their consensus. Numbers only."""

from collections.abc import Mapping, Sequence

DEFAULT_SHARE = 0.5
"""Of tasks at a number of judgments where none has been closed yet: the share that goes on."""


def shares_going_on(closed: Mapping[int, int], went_on: Mapping[int, int]) -> dict[int, float]:
    """By number of judgments: of the tasks that had as many, the share that was given one more.

    `closed[n]` counts those that ended at n, `went_on[n]` those that got another place.
    """
    return {
        n: went_on.get(n, 0) / (closed.get(n, 0) + went_on.get(n, 0))
        for n in {*closed, *went_on}
        if closed.get(n, 0) + went_on.get(n, 0)
    }


def expected_extra(overlap: int, most: int, shares: Mapping[int, float]) -> float:
    """Judgments expected beyond `overlap` for one task, which gets at most `most` of them.

    The chance of a first one, and given it of a second, and so on: a sum of products.
    """
    extra, chance = 0.0, 1.0
    for n in range(overlap, most):
        chance *= shares.get(n, DEFAULT_SHARE)
        extra += chance
    return extra


def expected_judgments(
    places_open: int,
    open_by_overlap: Sequence[tuple[int, int]],
    most: int,
    shares: Mapping[int, float],
) -> float:
    """All judgments still expected: the places that are open, and what adaptive overlap will add.

    `open_by_overlap` holds (overlap, how many open tasks have it).
    """
    return places_open + sum(
        n * expected_extra(overlap, most, shares) for overlap, n in open_by_overlap
    )
