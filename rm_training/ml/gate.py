"""Whether a candidate takes the champion's place: a verdict with a sentence that says why.

Both score the same held-out comparisons, and the interval of the difference in accuracy resamples
prompts (see `intervals`). It knows rewards, not the models that gave them, and promotes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from rm_training.ml.comparing import correctness
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.evaluate import accuracy_columns, margins
from rm_training.ml.intervals import Interval, interval

MIN_COMPARISONS = 20
# Right on all of five prompts happens to a coin once in 32, more often than a 95 % interval allows
# on its side; at six it is once in 64. A bootstrap cannot see this, so it is asked first.
MIN_HELD_OUT_PROMPTS = 6

Decision = Literal["promote", "reject", "inconclusive"]


@dataclass(frozen=True)
class Verdict:
    """What follows from the comparison.

    Difference and interval are in accuracy, from -1 to 1, and None where there was too little data;
    counts are of the held-out comparisons with a direction.
    """

    decision: Decision
    sentence: str
    difference: float | None
    lower: float | None
    upper: float | None
    n_prompts: int
    n_comparisons: int

    def as_json(self) -> dict[str, object]:
        """The fields as JSON takes them."""
        return asdict(self)


def verdict(
    candidate: Floats,
    champion: Floats | None,
    comparisons: Comparisons,
    *,
    config: TrainConfig,
    style: Floats | None = None,
    hacking: tuple[bool, str] | None = None,
) -> Verdict:
    """Judge rewards [m] of the candidate against the champion's, or a coin where there is none.

    `comparisons` holds both splits. Promote where the 95 % interval of the difference in accuracy
    lies above 0, reject where it lies below, else (and on too little data) inconclusive. `style`,
    the style floor's rewards, adds a sentence on whether the candidate beats it. `hacking` says
    whether the candidate passes the probes for reward hacking, and a sentence: one that does not is
    not promoted, however much better it is.
    """
    problem = missing(comparisons)
    held_out = _decided(comparisons)
    if problem is not None:
        sentence = f"Inconclusive: {problem}"
        return Verdict("inconclusive", sentence, None, None, None, held_out.prompts, len(held_out))
    difference = _difference(candidate, champion, held_out, config)
    decision = _decide(difference)
    if decision == "promote" and hacking is not None and not hacking[0]:
        decision = "inconclusive"
    sentence = _main_sentence(decision, candidate, champion, held_out, difference)
    if hacking is not None:
        sentence += " " + hacking[1]
    if style is not None:
        sentence += " " + _style_sentence(candidate, style, held_out, config)
    return Verdict(
        decision,
        sentence,
        difference.value,
        difference.lower,
        difference.upper,
        held_out.prompts,
        len(held_out),
    )


def missing(comparisons: Comparisons) -> str | None:
    """What the data lack for a verdict, as a sentence, or None where they suffice."""
    train, held_out = comparisons.training(), comparisons.held_out()
    decided = _decided(comparisons)
    if len(comparisons) < MIN_COMPARISONS:
        found = _count(len(comparisons), "comparison")
        return f"a retrain needs at least {MIN_COMPARISONS} comparisons and found {found}."
    if comparisons.prompts < 2:
        return (
            "all comparisons are about one prompt, and a model is judged on prompts it never saw."
        )
    if not len(train):
        return "every comparison is held out for evaluation, so there is nothing to train on."
    if not len(held_out):
        return "no comparison is held out for evaluation, so the candidate cannot be judged."
    if decided.prompts < MIN_HELD_OUT_PROMPTS:
        found = _count(decided.prompts, "held-out prompt")
        return (
            f"a verdict needs comparisons that are no ties on at least {MIN_HELD_OUT_PROMPTS} "
            f"held-out prompts and found {found} with them."
        )
    return None


def _decided(comparisons: Comparisons) -> Comparisons:
    return comparisons.where(comparisons.evaluation & (comparisons.target != 0.5))


def _difference(
    candidate: Floats, other: Floats | None, held_out: Comparisons, config: TrainConfig
) -> Interval:
    """Accuracy of the candidate minus the other's (a coin's if None), paired by comparison."""
    theirs = np.full(len(held_out), 0.5) if other is None else _right(other, held_out)
    gain = held_out.weight * (_right(candidate, held_out) - theirs)
    return interval(
        np.stack([gain, held_out.weight], axis=1),
        held_out.prompt,
        lambda sums: sums[:, 0] / sums[:, 1],
        resamples=config.resamples,
        seed=config.seed,
    )


def _right(scores: Floats, held_out: Comparisons) -> Floats:
    return correctness(margins(scores, held_out), held_out.target)


def _decide(difference: Interval) -> Decision:
    assert difference.lower is not None
    assert difference.upper is not None
    if difference.lower > 0:
        return "promote"
    return "reject" if difference.upper < 0 else "inconclusive"


def _main_sentence(
    decision: Decision,
    candidate: Floats,
    champion: Floats | None,
    held_out: Comparisons,
    difference: Interval,
) -> str:
    opponent = (
        "a coin on 50.0 %"
        if champion is None
        else f"the champion on {_percent(champion, held_out)}"
    )
    comparisons = _count(len(held_out), "held-out comparison")
    prompts = _count(held_out.prompts, "prompt")
    stays = "no model serves yet" if champion is None else "the champion stays"
    return (
        f"{decision.capitalize()}: the candidate is right on {_percent(candidate, held_out)} of "
        f"{comparisons} from {prompts}, {opponent}; the difference is {_points(difference)}"
        f"{'' if decision == 'promote' else f', so {stays}'}."
    )


def _style_sentence(
    candidate: Floats, style: Floats, held_out: Comparisons, config: TrainConfig
) -> str:
    difference = _difference(candidate, style, held_out, config)
    words = {
        "promote": "It beats the style floor (length and formatting alone)",
        "reject": "It is worse than the style floor (length and formatting alone)",
        "inconclusive": "It is not shown to beat the style floor (length and formatting alone)",
    }[_decide(difference)]
    return (
        f"{words}, which is right on {_percent(style, held_out)}: "
        f"the difference is {_points(difference)}."
    )


def _percent(scores: Floats, held_out: Comparisons) -> str:
    right, total = accuracy_columns(margins(scores, held_out), held_out).sum(0)
    return f"{100 * right / total:.1f} %"


def _points(difference: Interval) -> str:
    value, lower, upper = (
        f"{100 * (x or 0):+.1f}".replace("-", "−")
        for x in (difference.value, difference.lower, difference.upper)
    )
    return f"{value} points (95 % interval {lower} to {upper})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
