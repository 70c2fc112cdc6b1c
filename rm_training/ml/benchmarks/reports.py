"""Figures of a benchmark from scored answers: accuracy with an interval, and the floor beside it.

Accuracy counts a tie as half right. Intervals resample prompts (`ml/intervals.py`), all ratios of a
figure at once, so sections and totals have intervals of their own. The floor is the same figure
where the longer response wins, lengths in characters. Knows no texts, no files and no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rm_training.ml.benchmarks import rm_bench
from rm_training.ml.benchmarks.forms import Form, Mean, Tally
from rm_training.ml.benchmarks.items import Answer
from rm_training.ml.data import Bools, Floats, Ints
from rm_training.ml.intervals import Interval, interval

RESAMPLES = 2000


@dataclass(frozen=True)
class Line:
    """One figure: its accuracy and what the longer response would get; None where undefined.

    `items` and `prompts`: how many it rests on. `missing`: parts of the figure, as the benchmark
    defines it, that had no item; the others' weights are shared anew.
    """

    kind: str
    name: str
    items: int
    prompts: int
    accuracy: Interval
    floor: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The figures of one benchmark. `matrices`: RM-Bench's 3 x 3 accuracies, by domain."""

    form: str
    lines: list[Line]
    matrices: dict[str, list[list[float]]]

    @property
    def overall(self) -> Line | None:
        """The total as the benchmark defines it; None where no subset of its own was there."""
        return next((line for line in self.lines if line.kind == "overall"), None)

    def records(self) -> Iterator[dict[str, object]]:
        """The figures, each as JSON takes it."""
        for line in self.lines:
            yield {"record": "figure", "form": self.form, **asdict(line)}
        for name, cells in self.matrices.items():
            yield {"record": "matrix", "form": self.form, "name": name, "accuracy": cells}


def report(
    form: Form, answers: Sequence[Answer], *, resamples: int = RESAMPLES, seed: int = 0
) -> Report:
    """The figures of a form over its answers, at least one. A seed fixes the prompts drawn."""
    table = Table.of(form.tallies(answers, rewards_of))
    floor = Table.of(form.tallies(answers, lengths_of))
    figures = form.means(list(dict.fromkeys(answer.subset for answer in answers)))
    lines = [
        table.line(figure, floor, resamples=resamples, seed=seed)
        for figure in figures
        if set(figure.names()) & set(table.names)
    ]
    return Report(form.name, lines, _matrices(form, answers))


def rewards_of(answer: Answer) -> Floats:
    """What the model says of each response."""
    return answer.rewards


def lengths_of(answer: Answer) -> Floats:
    """The floor: characters of each response."""
    return answer.lengths


def _matrices(form: Form, answers: Sequence[Answer]) -> dict[str, list[list[float]]]:
    if form is not rm_bench.FORM:
        return {}
    found = rm_bench.matrices(answers, rewards_of)
    return {name: cells.tolist() for name, cells in found.items()}


@dataclass(frozen=True)
class Table:
    """m tallies as arrays: `columns` [m, 2K] of numerators and denominators, by ratio."""

    names: list[str]
    columns: Floats
    prompt: Ints
    items: Ints

    @classmethod
    def of(cls, tallies: Sequence[Tally]) -> Table:
        """One row a tally, zeros where it does not count in a ratio."""
        names = sorted({name for tally in tallies for name in tally.ratios})
        columns = np.zeros((len(tallies), len(names), 2))
        for row, tally in enumerate(tallies):
            for name, ratio in tally.ratios.items():
                columns[row, names.index(name)] = ratio
        _, prompt = np.unique([tally.prompt for tally in tallies], return_inverse=True)
        items = np.array([tally.items for tally in tallies], np.int64)
        return cls(names, columns.reshape(len(tallies), -1), prompt.astype(np.int64), items)

    def line(self, figure: Mean, floor: Table, *, resamples: int, seed: int) -> Line:
        """A figure with its interval; `floor` holds the same tallies by length."""
        rows = self._counting(figure)
        compute = self._figure(figure)
        length = float(compute(floor.columns.sum(0)[None])[0])
        return Line(
            kind=figure.kind,
            name=figure.name,
            items=int(self.items[rows].sum()),
            prompts=len(np.unique(self.prompt[rows])),
            accuracy=interval(
                self.columns[rows], self.prompt[rows], compute, resamples=resamples, seed=seed
            ),
            floor=length if np.isfinite(length) else None,
            missing=figure.missing(self._ratios(self.columns.sum(0)[None])),
        )

    def _counting(self, figure: Mean) -> Bools:
        """Which rows count in a figure, [m]."""
        wanted = [self.names.index(name) for name in figure.names() if name in self.names]
        counts: Bools = self.columns[:, 1::2][:, wanted].sum(1) > 0
        return counts

    def _figure(self, figure: Mean) -> Callable[[Floats], Floats]:
        """The figure [R] of column sums [R, 2K]."""

        def compute(sums: Floats) -> Floats:
            return figure.of(self._ratios(sums))

        return compute

    def _ratios(self, sums: Floats) -> Mapping[str, Floats]:
        with np.errstate(invalid="ignore", divide="ignore"):
            values = sums[:, 0::2] / sums[:, 1::2]
        return dict(zip(self.names, values.T, strict=True))
