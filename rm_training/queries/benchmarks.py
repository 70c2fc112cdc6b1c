"""The benchmarks that the operator has put into `BENCHMARKS_DIR`, and the runs on them.

A benchmark is a file or a folder there, known by its name alone. It knows no scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from rm_training.ml.benchmarks.reading import SUFFIXES, NoBenchmark, by_form, find, form_of
from rm_training.ml.benchmarks.rows import UnreadableFile
from rm_training.models import BenchmarkRun, RewardModel

LISTED = 100
SEVERAL = "Its files are of several forms ({}). Give each a folder of its own."
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A file or folder: the form of its rows, or why it is none (`form` is then empty)."""

    name: str
    form: str = ""
    reason: str = ""


def benchmarks() -> list[Benchmark]:
    """What lies in the folder, by name; none where there is no such folder."""
    folder = settings.BENCHMARKS_DIR
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [_recognised(path, _stamp(path)) for path in islice(paths, LISTED)]


def benchmark_named(name: str) -> Benchmark | None:
    """The benchmark of this name, which is held against those there and never opened as a path."""
    return next((found for found in benchmarks() if found.name == name), None)


def path_of(benchmark: Benchmark) -> Path:
    """Where its file or folder lies."""
    path: Path = settings.BENCHMARKS_DIR / benchmark.name
    return path


def benchmark_runs_of(model: RewardModel) -> QuerySet[BenchmarkRun]:
    """Newest first."""
    return BenchmarkRun.objects.filter(reward_model=model).order_by("-pk")


@lru_cache(maxsize=LISTED)
def _recognised(path: Path, _stamp: Stamp) -> Benchmark:
    """Looks into files, so once for each state of them: a page asks every second or two."""
    try:
        forms = list(by_form(find(path)[0]))
    except NoBenchmark:
        return Benchmark(path.name, reason=_why_none(path))
    if len(forms) > 1:
        return Benchmark(path.name, reason=SEVERAL.format(", ".join(forms)))
    return Benchmark(path.name, forms[0])


def _why_none(path: Path) -> str:
    """By the file, or the first of a folder's."""
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.suffix in SUFFIXES)
    if not files:
        return f"It holds no {', '.join(sorted(SUFFIXES))} file."
    try:
        form_of(files[0])
    except (UnreadableFile, OSError) as error:
        said = (error.strerror or "") if isinstance(error, OSError) else str(error)
        return f"{'It' if files[0] == path else files[0].name} cannot be read: {said.rstrip('.')}."
    return "None of its rows is of a known form: RewardBench, RewardBench 2, RM-Bench, LLMBar, HHH."


def _stamp(path: Path) -> Stamp:
    """Names, sizes and times of change of the files under a path."""
    return tuple(sorted(_stats(path)))


def _stats(path: Path) -> Iterator[tuple[str, int, int]]:
    files = [path] if path.is_file() else path.rglob("*")
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue  # it went away, or is a link to nothing: reading says which
        yield str(file), found.st_size, found.st_mtime_ns
