"""Consensus by Dawid and Skene's model: what each task's label is, and what each rater confuses.

Arrays in, arrays out. It knows who rated what and nothing else: no order, no time, no order of the
labels. It takes tasks to be independent and a rater's labels to be independent given the truth, so
posteriors are too sure where raters err together; and labels are told apart by the majority only.

Each row of a rater's confusion matrix has a Dirichlet prior around what all raters together do
there, worth `smoothing` ratings, and the common row is estimated along with the rest. So a rater of
few ratings is taken to err like the others, and one of many speaks for themselves.

References: Dawid & Skene, "Maximum likelihood estimation of observer error-rates using the EM
algorithm", Applied Statistics 28 (1979); for the hierarchy Paun et al., "Comparing Bayesian models
of annotation", TACL 6 (2018).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from annotate.stats.arrays import FloatArray, IntArray

Model = Literal["full", "one_coin"]

SMOOTHING = 8.0
"""Ratings that the prior of a row is worth. On simulated raters (2, 3 and 5 labels, 3 to 400
ratings a rater; errors symmetric, peculiar to a rater or common to all) of 2 to 12, less was worse
in the log loss of the truth nearly everywhere, and more hardly better."""
RATINGS_A_CELL = 10
"""Below this many ratings a cell of one confusion matrix, one-coin is chosen. In the same
simulations full matrices lost below about ten and won above it, however few ratings a rater had:
what a rater doesn't show is borrowed from the others."""
NOTHING_RATED = "Nothing has been rated yet."
ASKED_FOR = "This model was asked for."

# A log odds that is as good as never: exp takes ten times as long where the result is too small.
_NEVER = -300.0
_TOLERANCE = 1e-4
_MOST_ITERATIONS = 500
# Below this a share of two counts loses its digits.
_SMALLEST = 1e-290


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """The labels of tasks and the errors of raters, estimated together.

    `posterior[tasks, labels]`; a task without ratings has `class_prior[labels]`.
    `confusion[raters, truth, label]`: the probability that the rater says `label` where `truth`
    holds; a rater without ratings has the common one. `log_likelihood` is that of the ratings, in
    nats. `converged` is False where a posterior still moved by more than 1e-4 after 500
    iterations. `reason` says why it is this `model`.
    """

    posterior: FloatArray
    confusion: FloatArray
    class_prior: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool
    model: Model
    reason: str

    def posterior_of_votes(self, rater: IntArray, given: IntArray) -> FloatArray:
        """Of tasks of which `rater[n]` said `given[n, tasks]` (−1: nothing), `[tasks, labels]`. The
        number −1 is a rater who is new, and errs like the mean of all."""
        matrices = np.concatenate([self.confusion, self.confusion.mean(axis=0, keepdims=True)])
        logs = np.log(np.maximum(matrices[rater], _SMALLEST))  # [n, truth, label]
        joint = np.tile(np.log(np.maximum(self.class_prior, _SMALLEST)), (given.shape[1], 1))
        for of_rater, said in zip(logs, given, strict=True):
            joint[said >= 0] += of_rater[:, said[said >= 0]].T
        shares = np.exp(joint - joint.max(axis=1, keepdims=True))
        posterior: FloatArray = shares / shares.sum(axis=1, keepdims=True)
        return posterior


@dataclass(frozen=True, slots=True)
class _Ratings:
    """How often each rater gave each label to each task. A mark is a rater and a label."""

    given: csr_array  # [tasks, marks]
    rated: FloatArray  # [tasks] 1 where a task has ratings, else 0
    labels: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class _Parameters:
    class_prior: FloatArray  # [labels]
    confusion: FloatArray  # [raters, label, truth]


def dawid_skene(
    task: IntArray,
    rater: IntArray,
    label: IntArray,
    *,
    tasks: int,
    raters: int,
    labels: int,
    model: Model | None = None,
    mirrored: bool = False,
    smoothing: float = SMOOTHING,
    warm: FloatArray | None = None,
) -> DawidSkene:
    """Posteriors of the tasks' labels and the raters' confusion matrices by EM.

    `task`, `rater` and `label` are `[ratings]`, each from 0 to below its size. A task and rater may
    occur together more than once; a repeated rating counts again. `model` "full" is a matrix a
    rater, "one_coin" one accuracy a rater with every wrong label as likely; None chooses by the
    number of ratings. `mirrored` says that the labels may as well be read backwards, as those of a
    pair whose order is arbitrary (first wins, tie, second wins): what a rater confuses is then the
    same both ways. Without it a label that is rare, as ties may be, can end up as the name of
    something else, say of what one rater likes to call a win.

    `smoothing` is the prior's weight in ratings, and 0 is maximum likelihood. `warm[tasks, labels]`
    is a posterior to start from, otherwise it is the share of votes. Raises ValueError for a number
    out of range, a negative smoothing or a warm start that is no posterior.
    """
    _check(task, rater, label, (tasks, raters, labels))
    if not 0 <= smoothing < np.inf:
        raise ValueError("The smoothing is a number of ratings, 0 or more.")
    chosen, reason = _choice(len(task), labels) if model is None else (model, ASKED_FOR)
    if not len(task):
        return _nothing(tasks, raters, labels, chosen)
    ratings = _ratings(task, rater, label, (tasks, raters, labels), mirrored)
    posterior = _start(task, label, (tasks, labels)) if warm is None else _warm(warm, tasks, labels)
    moved, iterations = np.inf, 0
    while moved > _TOLERANCE and iterations < _MOST_ITERATIONS:
        parameters = _maximise(ratings, posterior, chosen, smoothing)
        previous, (posterior, log_likelihood) = posterior, _expect(ratings, parameters)
        moved, iterations = float(np.abs(posterior - previous).max()), iterations + 1
    return DawidSkene(
        posterior, parameters.confusion.transpose(0, 2, 1), parameters.class_prior,
        log_likelihood, iterations, moved <= _TOLERANCE, chosen, reason,
    )  # fmt: skip


def _check(task: IntArray, rater: IntArray, label: IntArray, sizes: tuple[int, int, int]) -> None:
    if not len(task) == len(rater) == len(label):
        raise ValueError("A rating needs its task, its rater and its label.")
    if sizes[2] < 1:
        raise ValueError("There must be a label to give.")
    named = (("task", task), ("rater", rater), ("label", label))
    for (name, values), size in zip(named, sizes, strict=True):
        if len(values) and not (values.min() >= 0 and values.max() < size):
            raise ValueError(f"A {name} is a number from 0 to below {size}.")


def _choice(ratings: int, labels: int) -> tuple[Model, str]:
    cells = labels**2
    few = ratings < RATINGS_A_CELL * cells
    return "one_coin" if few else "full", (
        f"{ratings} ratings are {'fewer than' if few else 'at least'} {RATINGS_A_CELL} for each of "
        f"the {cells} cells of a confusion matrix, so each rater is given "
        f"{'one accuracy' if few else 'a matrix'}."
    )


def _nothing(tasks: int, raters: int, labels: int, model: Model) -> DawidSkene:
    even = np.full(labels, 1 / labels)
    return DawidSkene(
        np.tile(even, (tasks, 1)), np.tile(even, (raters, labels, 1)), even,
        0.0, 0, True, model, NOTHING_RATED,
    )  # fmt: skip


def _ratings(
    task: IntArray,
    rater: IntArray,
    label: IntArray,
    sizes: tuple[int, int, int],
    mirrored: bool,
) -> _Ratings:
    tasks, raters, labels = sizes
    given = csr_array(
        (np.ones(len(task)), (task, rater * labels + label)), shape=(tasks, raters * labels)
    )
    rated = (np.bincount(task, minlength=tasks) > 0).astype(np.float64)
    return _Ratings(given, rated, labels, mirrored)


def _start(task: IntArray, label: IntArray, shape: tuple[int, int]) -> FloatArray:
    """The share of votes, `[tasks, labels]`; even where there are none."""
    votes = np.bincount(task * shape[1] + label, minlength=shape[0] * shape[1]).reshape(shape)
    total = votes.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(votes, total, out=np.full(shape, 1 / shape[1]), where=total > 0)
    return shares


def _warm(posterior: FloatArray, tasks: int, labels: int) -> FloatArray:
    sums = posterior.sum(axis=-1) if posterior.shape == (tasks, labels) else np.zeros(1)
    if not (np.allclose(sums, 1) and (posterior >= 0).all()):
        raise ValueError("A warm start is a posterior: a row a task, each of them summing to 1.")
    return np.ascontiguousarray(posterior, dtype=np.float64)


def _maximise(
    ratings: _Ratings, posterior: FloatArray, model: Model, smoothing: float
) -> _Parameters:
    """The parameters of highest density where `posterior` are the tasks' labels."""
    labels = ratings.labels
    counts = (ratings.given.T @ posterior).reshape(-1, labels, labels)
    share = _weighted_sums(ratings.rated, posterior) + smoothing / labels
    if ratings.mirrored:
        counts, share = _both_ways(counts), share + share[::-1]
    confusion = _matrices(counts, smoothing) if model == "full" else _coins(counts, smoothing)
    return _Parameters(share / share.sum(), confusion)


def _both_ways(counts: FloatArray) -> FloatArray:
    """Expected counts `[raters, label, truth]` with those of the labels read backwards added."""
    both: FloatArray = counts + counts[:, ::-1, ::-1]
    if counts.shape[1] % 2:
        both[:, :, counts.shape[1] // 2] /= 2  # the middle label is its own mirror image
    return both


def _matrices(counts: FloatArray, smoothing: float) -> FloatArray:
    """Expected counts to confusion, both `[raters, label, truth]`, drawn towards the common one."""
    labels = counts.shape[1]
    total = counts.sum(axis=0) + 1 / labels
    common = total / total.sum(axis=0)
    weight = counts.sum(axis=1, keepdims=True) + smoothing
    shares = (counts + smoothing * common) / np.maximum(weight, _SMALLEST)
    confusion: FloatArray = np.where(weight > _SMALLEST, shares, common)
    return confusion


def _coins(counts: FloatArray, smoothing: float) -> FloatArray:
    """Expected counts to confusion, both `[raters, label, truth]`, with equal errors."""
    labels = counts.shape[1]
    right, given = np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2))
    common = (right.sum() + 1 / labels) / (given.sum() + 1)
    weight = given + smoothing
    accuracy = (right + smoothing * common) / np.maximum(weight, _SMALLEST)
    accuracy = np.where(weight > _SMALLEST, accuracy, common)[:, None, None]
    same = np.eye(labels, dtype=bool)
    confusion: FloatArray = np.where(same, accuracy, (1 - accuracy) / max(labels - 1, 1))
    return confusion


def _expect(ratings: _Ratings, parameters: _Parameters) -> tuple[FloatArray, float]:
    """The posterior `[tasks, labels]` under the parameters, and the ratings' log-likelihood."""
    logs = np.log(np.maximum(parameters.confusion, _SMALLEST)).reshape(-1, ratings.labels)
    # Labels first: numpy is ten times as fast along a long last axis as along one of three.
    joint = np.ascontiguousarray((ratings.given @ logs).T)
    joint += np.log(np.maximum(parameters.class_prior, _SMALLEST))[:, None]
    highest = joint.max(axis=0)
    shares = np.exp(np.maximum(joint - highest, _NEVER))
    total = shares.sum(axis=0)
    log_likelihood = float(_weighted_sums(ratings.rated, (highest + np.log(total))[:, None])[0])
    return np.ascontiguousarray((shares / total).T), log_likelihood


def _weighted_sums(weight: FloatArray, rows: FloatArray) -> FloatArray:
    """Σ weight · row, `[n]` and `[n, k]` to `[k]`. As a product of matrices it would wake all of
    the processor's threads for what one does in less time."""
    sums: FloatArray = np.einsum("i,ij->j", weight, rows)
    return sums
