"""Scores the benchmark files of a folder by any scorer and reports on each benchmark.

Texts pass through: about `CONVERSATIONS_AT_ONCE` are in memory at a time, and of a scored item only
its rewards and lengths are kept. Knows neither how a model is loaded nor how figures are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from rm_training.ml.benchmarks.items import Answer, Item, Scorer
from rm_training.ml.benchmarks.reading import BadRow, FileRead, Reader, Source, by_form, find
from rm_training.ml.benchmarks.reports import RESAMPLES, Report, report
from rm_training.ml.data import Floats

CONVERSATIONS_AT_ONCE = 1024


class BrokenScorer(ValueError):
    """The scorer gave something else than one finite reward a conversation."""


@dataclass(frozen=True)
class Results:
    """What a folder's benchmarks came to.

    `files`: an account of each file that was read; `bad_rows`: the first rows that were not scored
    (the accounts count all); `others`: files of no known form, with the reason.
    """

    reports: list[Report]
    files: list[FileRead]
    bad_rows: list[BadRow]
    others: dict[str, str]

    @property
    def bad(self) -> int:
        """How many rows were not scored."""
        return sum(file.bad for file in self.files)

    def records(self) -> Iterator[dict[str, object]]:
        """Everything, a record each, as JSON takes it."""
        for found in self.reports:
            yield from found.records()
        for file in self.files:
            yield {"record": "file", **asdict(file)}
        for row in self.bad_rows:
            yield {"record": "bad row", **asdict(row)}
        for name, reason in self.others.items():
            yield {"record": "other file", "file": name, "reason": reason}


def benchmark(
    folder: Path,
    scorer: Scorer,
    *,
    limit: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[FileRead], None] = lambda _: None,
) -> Results:
    """Score every benchmark under `folder` (or in the one file), at most `limit` items a subset.

    `progress` hears of each file when it is done. Raises NoBenchmark where no file is of a known
    form, BrokenScorer where the scorer gives no finite rewards.
    """
    sources, others = find(folder)
    reader = Reader(limit)
    results = Results([], [], reader.bad_rows, others)
    for some in by_form(sources).values():
        answers: list[Answer] = []
        for source in some:
            answers += _answers(reader, source, scorer, results.files)
            progress(results.files[-1])
        if answers:
            results.reports.append(report(some[0].form, answers, resamples=resamples, seed=seed))
    return results


def _answers(
    reader: Reader, source: Source, scorer: Scorer, files: list[FileRead]
) -> Iterator[Answer]:
    account = FileRead(source.name, source.form.name)
    files.append(account)
    for some in _batches(reader.items(source, account)):
        yield from _scored(some, scorer)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.responses)
        if size >= CONVERSATIONS_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _scored(items: Sequence[Item], scorer: Scorer) -> Iterator[Answer]:
    conversations = [conversation for item in items for conversation in item.conversations()]
    rewards = np.asarray(scorer(conversations), np.float64)
    if rewards.shape != (len(conversations),) or not np.isfinite(rewards).all():
        raise BrokenScorer(
            f"The model gave no finite reward for each of {len(conversations):,} texts. Nothing "
            "was reported: its weights may be damaged."
        )
    ends = np.cumsum([len(item.responses) for item in items])
    for item, some in zip(items, np.split(rewards, ends[:-1]), strict=True):
        yield _answer(item, some)


def _answer(item: Item, rewards: Floats) -> Answer:
    lengths = np.array([len(response) for response in item.responses], np.float64)
    return Answer(item.subset, item.prompt, item.role, item.right, rewards, lengths)
