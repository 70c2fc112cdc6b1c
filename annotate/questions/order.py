"""In which order a rater sees the responses of a task, so that no place favours any of them.

Blocks of k tasks: a random base order and its k rotations, shuffled. It does not know the task, the
responses or the rater; a rater is a seed.
"""

import random


def presentation_order(k: int, n: int, seed: int) -> tuple[int, ...]:
    """The canonical positions of k responses as shown at the rater's n-th task of that size.

    n counts from 0 and `seed` is the rater's own. Element p is the canonical position shown at
    place p. Within tasks n = bk … bk + k − 1 every canonical position is shown exactly once at each
    place (a Latin square), so at k = 2 left and right are balanced in every two tasks. The same
    arguments give the same order. Raises ValueError for k < 2 or n < 0.
    """
    if k < 2 or n < 0:
        raise ValueError("An order needs at least two responses and a task number from 0.")
    block, index = divmod(n, k)
    rng = random.Random(f"{seed}:{k}:{block}")
    base = rng.sample(range(k), k)
    shift = rng.sample(range(k), k)[index]
    return tuple(base[shift:] + base[:shift])
