"""A stored reward model on a benchmark's files, as plain JSON. Loads torch: workers only.

What the figures are is in `rm_training.ml.benchmarks`; it changes nothing that anybody sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rm_training.estimates import estimate
from rm_training.ml.benchmarks.harness import Results, benchmark
from rm_training.ml.benchmarks.reading import FileRead, Reader, find
from rm_training.ml.benchmarks.reports import Line
from rm_training.ml.data import Floats
from rm_training.ml.render import Conversation
from rm_training.ml.truncation import Truncation
from rm_training.models import RewardModel
from rm_training.scoring import Served

AGGREGATE = "mean"
BAD_ROWS_SHOWN = 10
NO_TOTAL = "None of its subsets is one that the benchmark's total is made of."
NO_FIGURE = "Some part of it, as the benchmark defines it, has no item."
NO_INTERVAL = "All items are about one prompt."


class NothingScored(ValueError):
    """No row of the files could be scored; the message says why."""


def measure(model: RewardModel, path: Path, *, progress: Callable[[float], None]) -> dict[str, Any]:
    """The figures of the model on the files of one form, as `BenchmarkFigures` of the API.

    `progress` hears of shares done and may raise to stop. Raises NoBenchmark, NothingScored, or
    BrokenScorer where a reward is not finite.
    """
    total = _responses(path)
    scorer = StoredScorer(model, lambda done: progress(min(done / max(total, 1), 1.0)))
    results = benchmark(path, scorer)
    if not results.reports:
        raise NothingScored(_why_nothing(results))
    return _figures(results, scorer.truncation)


def _responses(path: Path) -> int:
    """How many texts will be scored: the files are read once for this, which takes seconds."""
    reader = Reader()
    items = (
        item for source in find(path)[0] for item in reader.items(source, FileRead(source.name, ""))
    )
    return sum(len(item.responses) for item in items)


class StoredScorer:
    """A stored model as the harness asks for one: the mean of its heads' rewards.

    Features come from the cache, so a run that is taken up again goes on where it was, and the next
    night's model with the same backbone costs its heads only.
    """

    def __init__(self, model: RewardModel, progress: Callable[[int], None]) -> None:
        self._served = Served(model)
        self._progress = progress
        self._done = 0
        self.truncation = Truncation(self._served.folder)

    def __call__(self, conversations: Sequence[Conversation], /) -> Floats:
        """Rewards [n], one a conversation."""
        before, n = self._done, len(conversations)
        self.truncation.count(conversations)
        rewards = self._served.rewards(
            conversations, progress=lambda done, all_: self._progress(before + n * done // all_)
        )
        self._done += n
        return rewards


def _why_nothing(results: Results) -> str:
    first = f" {results.bad_rows[0].file}: {results.bad_rows[0].reason}" if results.bad_rows else ""
    return f"none of the {results.bad:,} rows could be scored.{first}"


def _figures(results: Results, cut: Truncation) -> dict[str, Any]:
    report = results.reports[0]
    total = report.overall
    return {
        "accuracy": _estimate(total),
        "floor": total.floor if total else None,
        "missing": list(total.missing) if total else [],
        "lines": [_line(line) for line in report.lines if line is not total],
        "aggregate": AGGREGATE,
        "items": sum(file.items for file in results.files),
        "repeated": sum(file.repeated for file in results.files),
        "bad": results.bad,
        "bad_rows": [asdict(row) for row in results.bad_rows[:BAD_ROWS_SHOWN]],
        "unread": _unread(results.others),
        "truncated": cut.truncated,
        "max_tokens": cut.max_tokens,
    }


def _unread(others: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"file": name, "reason": reason} for name, reason in others.items()]


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "name": line.name,
        "accuracy": _estimate(line),
        "floor": line.floor,
        "missing": list(line.missing),
    }


def _estimate(line: Line | None) -> dict[str, Any]:
    """Over prompts, on `n` items; without a line there is no figure."""
    if line is None:
        return estimate(None, 0, no_figure=NO_TOTAL, no_interval=NO_INTERVAL)
    return estimate(line.accuracy, line.items, no_figure=NO_FIGURE, no_interval=NO_INTERVAL)
