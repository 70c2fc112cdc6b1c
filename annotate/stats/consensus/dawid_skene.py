"""Consensus by Dawid and Skene's model: what each task's label is, and what each rater confuses.

Arrays in, arrays out. It knows who rated what and nothing else: no order, no time, no order of the
labels. It takes tasks to be independent and a rater's labels to be independent given the truth, so
posteriors are too sure where raters err together; and labels are told apart by the majority only.

Each row of a rater's confusion matrix has a Dirichlet prior around what all raters together do
there, worth `smoothing` ratings, and the common row is estimated along with the rest. So a rater of
few ratings is taken to err like the others, and one of many speaks for themselves.

EM creeps where raters are poor, so of every three steps one goes where the others seem to lead
(SQUAREM): two thirds of the steps on good raters, a fifth on poor ones.

References: Dawid & Skene, "Maximum likelihood estimation of observer error-rates using the EM
algorithm", Applied Statistics 28 (1979); for the hierarchy Paun et al., "Comparing Bayesian models
of annotation", TACL 6 (2018); Varadhan & Roland, "Simple and globally convergent methods for
accelerating the convergence of any EM algorithm", Scandinavian Journal of Statistics 35 (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from scipy.sparse import csc_array, csr_array

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
class Errors:
    """What raters confuse: `confusion[raters, truth, label]`, the probability that the rater says
    `label` where `truth` holds, and `class_prior[labels]`."""

    confusion: FloatArray
    class_prior: FloatArray

    def posterior(
        self, task: IntArray, rater: IntArray, label: IntArray, *, tasks: int
    ) -> FloatArray:
        """What ratings `[n]` say of `tasks` tasks, `[tasks, labels]`. The rater −1 is one who is
        new, and errs like the mean of all."""
        matrices = np.concatenate([self.confusion, self.confusion.mean(axis=0, keepdims=True)])
        logs, joint = _logs(matrices[rater, :, label]), _Joint.of(len(self.class_prior), tasks)
        for truth, of_truth in enumerate(joint.shares[:-1]):
            less = logs[:, truth] - logs[:, -1]
            of_truth[:] = np.bincount(task, weights=less, minlength=tasks)
        joint.finish(_logs(self.class_prior))
        return np.ascontiguousarray(joint.shares.T)


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """The labels of tasks and the errors of raters, estimated together.

    `posterior[tasks, labels]`; a task without ratings has the `class_prior`. A rater without
    ratings has the `confusion` common to all. `log_likelihood` is that of the ratings, in nats.
    `iterations` counts the steps of EM; `converged` is False where the last of 500 still moved a
    posterior by more than 1e-4. `reason` says why it is this `model`.
    """

    posterior: FloatArray
    errors: Errors
    log_likelihood: float
    iterations: int
    converged: bool
    model: Model
    reason: str

    @property
    def confusion(self) -> FloatArray:
        return self.errors.confusion

    @property
    def class_prior(self) -> FloatArray:
        return self.errors.class_prior


@dataclass(frozen=True, slots=True)
class _Ratings:
    """How often each rater gave each label to each task, by task and by mark. A mark is a rater and
    a label."""

    by_task: csr_array  # [tasks, marks]
    by_mark: csc_array  # [marks, tasks]
    marked: IntArray  # [marks]
    unrated: IntArray
    most: int  # ratings of one task
    labels: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class _Joint:
    """Log probabilities of each truth and the ratings, less that of the last truth, which become
    the truths' shares in the same array, `[labels, tasks]`; of a task the log of what they were
    scaled by, and their sum then."""

    shares: FloatArray
    highest: FloatArray
    total: FloatArray

    @classmethod
    def of(cls, labels: int, tasks: int) -> Self:
        return cls(np.zeros((labels, tasks)), np.zeros(tasks), np.ones(tasks))

    def finish(self, log_prior: FloatArray, *, largest: float = np.inf) -> None:
        """From the log probabilities of the ratings, less that of the last truth, to the shares.
        None is further from 0 than `largest`."""
        prior = log_prior[:-1] - log_prior[-1]
        others = self.shares[:-1]
        np.add(others, prior[:, None], out=others)
        if largest + np.abs(prior).max(initial=0.0) < -_NEVER:
            self.highest[:] = log_prior[-1]
            np.exp(others, out=others)
            self.shares[-1] = 1.0
        else:
            self.shares[-1] = 0.0
            self.shares.max(axis=0, out=self.highest)
            np.subtract(self.shares, self.highest, out=self.shares)
            np.maximum(self.shares, _NEVER, out=self.shares)
            np.exp(self.shares, out=self.shares)
            np.add(self.highest, log_prior[-1], out=self.highest)
        self.shares.sum(axis=0, out=self.total)
        np.divide(self.shares, self.total, out=self.shares)

    def moved(self, before: _Joint) -> float:
        """The largest difference of a share; those `before` are used up."""
        np.subtract(self.shares, before.shares, out=before.shares)
        return float(max(before.shares.max(), -before.shares.min()))


@dataclass(frozen=True, slots=True)
class _Parameters:
    class_prior: FloatArray  # [labels]
    confusion: FloatArray  # [raters, label, truth]


@dataclass(slots=True)
class _Em:
    """EM as a map of what the parameters depend on, the expected counts: one array of
    `[raters, label, truth]` and, behind it, the expected number of tasks of each truth.

    `joint` holds the posterior, labels first: numpy is ten times as fast along a long last axis as
    along one of three. The posterior before it is in `before`. Both are written over and over, for
    memory that is new each time costs more than what is computed in it.
    """

    ratings: _Ratings
    model: Model
    smoothing: float
    joint: _Joint
    before: _Joint
    moved: float = np.inf
    iterations: int = 0

    def expected(self) -> FloatArray:
        """The counts under the posterior."""
        by_mark, unrated = self.ratings.by_mark, self.ratings.unrated
        posterior = self.joint.shares
        counts = np.empty((by_mark.shape[0], len(posterior)))
        for truth, of_truth in enumerate(posterior[:-1]):
            counts[:, truth] = by_mark @ of_truth
        # The shares of a task add up to 1, so the last truth has what the others leave.
        left = self.ratings.marked - counts[:, :-1].sum(axis=1)
        counts[:, -1] = np.maximum(left, 0.0)
        share = posterior.sum(axis=1) - posterior[:, unrated].sum(axis=1)
        return np.concatenate([counts.ravel(), share])

    def parameters(self, expected: FloatArray) -> _Parameters:
        """Those of highest density where these are the counts."""
        labels = self.ratings.labels
        counts = expected[:-labels].reshape(-1, labels, labels)
        share = expected[-labels:] + self.smoothing / labels
        if self.ratings.mirrored:
            counts, share = _both_ways(counts), share + share[::-1]
        matrices = _matrices if self.model == "full" else _coins
        return _Parameters(share / share.sum(), matrices(counts, self.smoothing))

    def step(self, expected: FloatArray) -> None:
        """The posterior under the parameters of the counts."""
        parameters = self.parameters(expected)
        logs = _logs(parameters.confusion).reshape(-1, self.ratings.labels).T
        self.joint, self.before = self.before, self.joint
        of_marks = logs[:-1] - logs[-1]
        for truth, of_truth in enumerate(of_marks):
            self.joint.shares[truth] = self.ratings.by_task @ of_truth
        largest = self.ratings.most * float(np.abs(of_marks).max(initial=0.0))
        self.joint.finish(_logs(parameters.class_prior), largest=largest)
        self.moved, self.iterations = self.joint.moved(self.before), self.iterations + 1

    def log_likelihood(self, parameters: _Parameters) -> float:
        """Of the ratings under the parameters that led to the posterior."""
        log_total = np.log(self.joint.total) + self.joint.highest
        last = _logs(parameters.confusion[:, :, -1]).ravel()
        return float(
            log_total.sum() - log_total[self.ratings.unrated].sum() + self.ratings.marked @ last
        )

    def run(self) -> FloatArray:
        """Steps to the end; the counts that led to the last posterior."""
        for counts in self._path():
            self.step(counts)
            if self.moved <= _TOLERANCE or self.iterations >= _MOST_ITERATIONS:
                break
        return counts

    def _path(self) -> Iterator[FloatArray]:
        """The counts to step from: after each three in a row, where these seem to lead."""
        first = self.expected()
        while True:
            yield first
            second = self.expected()
            yield second
            far = _extrapolated(first, second, self.expected())
            yield far
            first = self.expected()


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
    em = _Em(ratings, chosen, smoothing, _Joint.of(labels, tasks), _Joint.of(labels, tasks))
    if warm is None:
        _start(ratings, em.joint.shares)
    else:
        em.joint.shares[:] = _warm(warm, tasks, labels).T
    parameters = em.parameters(em.run())
    return DawidSkene(
        em.joint.shares.T,
        Errors(parameters.confusion.transpose(0, 2, 1), parameters.class_prior),
        em.log_likelihood(parameters),
        em.iterations, em.moved <= _TOLERANCE, chosen, reason,
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
        np.tile(even, (tasks, 1)), Errors(np.tile(even, (raters, labels, 1)), even),
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
    marks, ones = raters * labels, np.ones(len(task))
    mark = rater.astype(np.int32) * labels + label.astype(np.int32)
    rated = np.bincount(task, minlength=tasks)
    if (task[1:] >= task[:-1]).all():
        # In order of their tasks, as they are read, they are rows already.
        begins = np.concatenate([[0], np.cumsum(rated)]).astype(np.int32)
        by_task = csr_array((ones, mark, begins), shape=(tasks, marks))
    else:
        by_task = csr_array((ones, (task, mark)), shape=(tasks, marks))
    marked, unrated = np.bincount(mark, minlength=marks), np.flatnonzero(rated == 0)
    return _Ratings(by_task, by_task.T, marked, unrated, int(rated.max()), labels, mirrored)


def _start(ratings: _Ratings, shares: FloatArray) -> None:
    """Sets `shares[labels, tasks]` to those of the votes; even where there are none."""
    of_mark = np.arange(ratings.by_task.shape[1]) % ratings.labels
    for label, share in enumerate(shares):
        share[:] = ratings.by_task @ (of_mark == label).astype(np.float64)
    shares[:, ratings.unrated] = 1.0
    np.divide(shares, shares.sum(axis=0), out=shares)


def _warm(posterior: FloatArray, tasks: int, labels: int) -> FloatArray:
    sums = posterior.sum(axis=-1) if posterior.shape == (tasks, labels) else np.zeros(1)
    if not (np.allclose(sums, 1) and (posterior >= 0).all()):
        raise ValueError("A warm start is a posterior: a row a task, each of them summing to 1.")
    return posterior


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


def _extrapolated(first: FloatArray, second: FloatArray, third: FloatArray) -> FloatArray:
    """Where three steps in a row seem to lead: the scheme S3 of Varadhan and Roland (2008), which
    here is a long step along expected counts. A count that is nothing would stay nothing, so none
    falls to below a tenth of what it was."""
    step, bend = second - first, third - 2 * second + first
    curvature = float(bend @ bend)
    length = max(1.0, np.sqrt(float(step @ step) / curvature)) if curvature > 0 else 1.0
    return np.maximum(first + 2 * length * step + length**2 * bend, 0.1 * third)


def _logs(probabilities: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(np.maximum(probabilities, _SMALLEST))
    return logs
