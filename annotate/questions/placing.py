"""How responses are placed by one criterion of a comparison, and what must fit those places.

Ranks are in the order of the task's responses. It does not know the spec, nor that there may be
more than one criterion.
"""

from annotate.questions.checks import is_int
from annotate.questions.errors import InvalidAnswer

NOT_COMPARED = 0
"""The rank of a response that was compared with nothing."""
BELOW = -1
"""The rank of a response below all that are placed; the order among several such is unknown."""
STRENGTHS = (1, 2, 3)


def outcome(first: int, second: int) -> int | None:
    """What two ranks say of a pair: -1 the first is better, 0 a tie, 1 the second is better.

    None where they say nothing: one was not compared, or both are below all that are placed.
    """
    if NOT_COMPARED in (first, second) or first == second == BELOW:
        return None
    if BELOW in (first, second):
        return 1 if first == BELOW else -1
    return (first > second) - (first < second)


def read_ranks(k: int, given: object, *, least: int, left_out: int) -> tuple[int, ...]:
    """Dense ranks from 1 of k responses, `least` of them placed; `left_out` for those that aren't.

    `given` holds whole numbers ≥ 1, of which only the order counts, and null for a left-out one.
    """
    if not isinstance(given, list):
        raise InvalidAnswer("ranks", "Place the responses first: this answer has no order.")
    if len(given) != k:
        raise InvalidAnswer(
            "ranks", f"This task has {k} responses, but the answer places {len(given)}."
        )
    placed = [rank for rank in given if rank is not None]
    _check_enough(k, len(placed), least)
    if not all(is_int(rank) and rank >= 1 for rank in placed):
        raise InvalidAnswer("ranks", "A place is a whole number, 1 for the best.")
    place = {rank: index for index, rank in enumerate(sorted(set(placed)), start=1)}
    return tuple(left_out if rank is None else place[rank] for rank in given)


def _check_enough(k: int, placed: int, least: int) -> None:
    if placed >= least:
        return
    if least == k:
        raise InvalidAnswer("ranks", f"Place every response: {k - placed} of {k} without a place.")
    raise InvalidAnswer(
        "ranks", f"Place at least {least} of the {k} responses: {placed} placed so far."
    )


def read_strength(ranks: tuple[int, ...], given: object, *, asked: bool) -> int | None:
    """How much better the better of two is, 1 to 3; None for a tie and for more than two."""
    field = "strength"
    asked = asked and len(ranks) == 2
    if not asked or ranks == (1, 1):
        if given is not None:
            why = "A tie has no strength" if asked else "This question doesn't ask for a strength"
            raise InvalidAnswer(field, f"{why}: leave it out.")
        return None
    if not is_int(given) or given not in STRENGTHS:
        raise InvalidAnswer(
            field, "Say how much better it is: 1 slightly better, 2 better, 3 much better."
        )
    return given


def read_flags(k: int, given: object, *, asked: bool) -> tuple[bool, ...] | None:
    """One flag a response, true for an unacceptable one; None where nobody asked."""
    field = "unacceptable"
    if not asked:
        if given is not None:
            raise InvalidAnswer(field, "This question doesn't ask which responses are bad.")
        return None
    if given is None:
        return (False,) * k
    if not isinstance(given, list) or not all(isinstance(flag, bool) for flag in given):
        raise InvalidAnswer(field, "Mark each response as acceptable or not: true or false.")
    if len(given) != k:
        raise InvalidAnswer(field, f"This task has {k} responses, but {len(given)} are marked.")
    return tuple(given)


def check_bad_below_good(ranks: tuple[int, ...], unacceptable: tuple[bool, ...]) -> None:
    """No unacceptable response is placed above an acceptable one; two bad ones are a tie."""
    pairs = [pair for pair in zip(ranks, unacceptable, strict=True) if pair[0] >= 1]
    bad = [rank for rank, flag in pairs if flag]
    good = [rank for rank, flag in pairs if not flag]
    if bad and good and min(bad) < max(good):
        raise InvalidAnswer(
            "unacceptable",
            "A response marked unacceptable stands above an acceptable one. "
            "Move it down or take the mark off.",
        )
    if len(ranks) == 2 and not good and ranks != (1, 1):
        raise InvalidAnswer(
            "unacceptable",
            "Both bad is a tie: prefer neither, or mark only the worse one unacceptable.",
        )


def check_no_ties(ranks: tuple[int, ...], unacceptable: tuple[bool, ...] | None) -> None:
    """Only unacceptable responses may share a place: "both bad" prefers neither."""
    flags = unacceptable or (False,) * len(ranks)
    acceptable = [rank for rank, flag in zip(ranks, flags, strict=True) if rank >= 1 and not flag]
    if any(ranks.count(rank) > 1 for rank in acceptable):
        raise InvalidAnswer("ranks", "This question has no ties: give each response its own place.")
