"""Whether probabilities mean what they say: predicted against observed, and proper scores.

Arrays in, numbers out. It does not know where the probabilities come from, nor which tasks have a
known answer; a truth that was in what the probabilities were made of flatters them.

References: DeGroot & Fienberg, "The comparison and evaluation of forecasters", The Statistician 32
(1983), for the reliability diagram; Naeini, Cooper & Hauskrecht, "Obtaining well calibrated
probabilities using Bayesian binning", AAAI 2015, for the expected calibration error; Brier,
"Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import wilson

FEWEST = 30
"""Known answers below which nothing is said: as for raters, a matter of judgement."""
A_BIN = 15
"""Known answers a bin holds at least, about; with fewer an interval covers half of the axis."""

# A certainty that fails costs this and not infinity: −log 1e-12, about 28 nats.
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of the diagram: the mean prediction, and the share that came true."""

    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class Calibration:
    """A reliability diagram with its scores; `reason` says why there is none.

    `error` is the expected calibration error: the mean over predictions of |predicted − observed|
    of their bin. It is never negative, so chance alone makes it positive: with n answers in b bins
    about 0.4 √(b / n) for perfect predictions of a half. `brier` is the mean squared distance from
    the truth and `log_loss` the mean surprise in nats. The three are None exactly where `reason` is
    a sentence.
    """

    bins: tuple[Bin, ...]
    error: float | None
    brier: float | None
    log_loss: float | None
    n: int
    reason: str | None = None


def calibration(probability: FloatArray, hit: FloatArray, *, bins: int = 10) -> Calibration:
    """Of predictions `probability[n]` that something is so, and whether it was: `hit[n]`, 0 or 1.

    At most `bins` bins of about equal counts; equal predictions share one. The Brier score is that
    of two classes counted once, (probability − hit)². Raises ValueError for what is no probability
    (NaN too), a hit between 0 and 1, or arrays of different lengths.
    """
    if probability.shape != hit.shape or probability.ndim != 1:
        raise ValueError("Each prediction needs its hit, and each hit its prediction.")
    _check_probabilities(probability)
    if not ((hit == 0) | (hit == 1)).all():
        raise ValueError("A hit is 0 or 1.")
    surprise = -np.log(np.maximum(np.where(hit == 1, probability, 1 - probability), _SMALLEST))
    return _calibration(probability, hit, (probability - hit) ** 2, surprise, bins)


def calibration_of_posterior(
    posterior: FloatArray, truth: IntArray, *, bins: int = 10
) -> Calibration:
    """Of posteriors `[n, labels]` whose true label is `truth[n]`.

    The diagram and its error are those of the most probable label, the first of equals; Brier score
    (the sum over labels, so up to 2) and log loss are those of all labels. Raises ValueError for
    rows that are no posteriors, an unknown label, or arrays of different lengths.
    """
    if posterior.ndim != 2 or truth.shape != posterior.shape[:1]:
        raise ValueError("Each posterior needs its true label, and each label its posterior.")
    _check_probabilities(posterior)
    if not np.allclose(posterior.sum(axis=1), 1):
        raise ValueError("A posterior sums to 1.")
    if len(truth) and not (truth.min() >= 0 and truth.max() < posterior.shape[1]):
        raise ValueError(f"A label is a number from 0 to below {posterior.shape[1]}.")
    given = posterior[np.arange(len(truth)), truth]
    distance = (posterior**2).sum(axis=1) - 2 * given + 1
    hit = (posterior.argmax(axis=1) == truth).astype(np.float64) if len(truth) else given
    highest = posterior.max(axis=1, initial=0)
    return _calibration(highest, hit, distance, -np.log(np.maximum(given, _SMALLEST)), bins)


def _check_probabilities(values: FloatArray) -> None:
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("A probability is a number from 0 to 1.")


def _calibration(
    probability: FloatArray, hit: FloatArray, distance: FloatArray, surprise: FloatArray, bins: int
) -> Calibration:
    n = len(hit)
    if n < FEWEST:
        reason = f"Only {n} of the answers are known, and calibration needs {FEWEST} of them."
        return Calibration((), None, None, None, n, reason)
    place = _places(probability, max(1, min(bins, n // A_BIN)))
    counts, hits, predicted = (np.bincount(place, of) for of in (np.ones(n), hit, probability))
    filled = [
        Bin(float(p / c), wilson(float(h), int(c)))
        for c, h, p in zip(counts, hits, predicted, strict=True)
        if c
    ]
    error = float(np.abs(predicted - hits).sum() / n)
    return Calibration(tuple(filled), error, float(distance.mean()), float(surprise.mean()), n)


def _places(probability: FloatArray, bins: int) -> IntArray:
    """The bin of each prediction: by the middle rank of those equal to it."""
    _, value, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    places: IntArray = (middle / len(probability) * bins).astype(np.int64)[value]
    return places
