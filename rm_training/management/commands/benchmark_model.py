"""`manage.py benchmark_model MODEL FILES`: a reward model on public benchmarks."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from rm_training.ml.benchmarks.harness import Results
    from rm_training.ml.benchmarks.reading import FileRead
    from rm_training.ml.benchmarks.reports import Line, Report

HEADING = f"{'':34} {'n':>6} {'accuracy':>9}  {'95 % interval':>15} {'longer wins':>12}"


class Command(BaseCommand):
    help = (
        "Scores a reward model's folder on the files of RewardBench, RewardBench 2, RM-Bench, "
        "LLMBar and HHH in a folder. Status 3: some rows were left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", type=Path, help="a Hugging Face folder with one output")
        parser.add_argument("files", type=Path, help="the folder with the benchmarks' files")
        parser.add_argument("--limit", type=int, help="at most so many items of each subset")
        parser.add_argument("--json", type=Path, help="a file to write everything to, line by line")

    def handle(self, *_args: Any, **options: Any) -> None:
        model, files, output = options["model"], options["files"], options["json"]
        _check(files, options["limit"], output)
        # Both load torch, which is for workers and this command only.
        from rm_training.ml.benchmarks.harness import BrokenScorer, benchmark  # noqa: PLC0415
        from rm_training.ml.benchmarks.reading import NoBenchmark, find  # noqa: PLC0415
        from rm_training.ml.folder_scorer import FolderScorer, NotARewardModel  # noqa: PLC0415

        try:
            find(files)  # loading a model to hear that there is nothing to score takes minutes
            scorer = FolderScorer.load(model)
            found = benchmark(files, scorer, limit=options["limit"], progress=self._progress)
        except (NoBenchmark, NotARewardModel, BrokenScorer) as error:
            raise CommandError(str(error)) from error
        if output:
            _write(output, str(model), found)
        self._finish(found, scorer.truncated, scorer.tokenizer.model_max_length)

    def _progress(self, file: FileRead) -> None:
        parts = [f"{file.items:,} items", f"{file.bad:,} bad rows"]
        parts += [f"{file.repeated:,} repeated"] if file.repeated else []
        parts += [f"{file.over_limit:,} over the limit"] if file.over_limit else []
        self.stderr.write(f"{file.file} ({file.form}): {', '.join(parts)}")

    def _finish(self, found: Results, truncated: int, limit: int) -> None:
        for report in found.reports:
            self.stdout.write("\n".join(_table(report)))
        for row in found.bad_rows:
            self.stderr.write(f"{row.file}, row {row.place}: {row.reason}")
        if found.bad > len(found.bad_rows):
            self.stderr.write(f"… and {found.bad - len(found.bad_rows):,} more.")
        for name, reason in found.others.items():
            self.stderr.write(f"{name} was not read: {reason}")
        if truncated:
            self.stdout.write(
                f"{truncated:,} texts were longer than {limit:,} tokens and were cut."
            )
        if found.bad:
            raise SystemExit(3)


def _check(files: Path, limit: int | None, output: Path | None) -> None:
    if not files.exists():
        raise CommandError(f"There is no folder {files}.")
    if limit is not None and limit < 1:
        raise CommandError("--limit is a number of items from 1 on.")
    if output is not None and not output.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {output.absolute().parent} to write to.")


def _table(report: Report) -> Iterator[str]:
    yield f"\n{report.form}"
    yield HEADING
    for line in report.lines:
        yield _row(line)
        if line.missing:
            yield f"    without {', '.join(line.missing)}: no items"
    if "overall" in report.matrices:
        yield "  right answer (rows) against wrong one: concise, detailed, with Markdown"
        for cells in report.matrices["overall"]:
            yield f"{'':34} " + " ".join(f"{cell:8.1%}" for cell in cells)


def _row(line: Line) -> str:
    indent = {"part": "      ", "subset": "    ", "section": "  "}.get(line.kind, "")
    accuracy = line.accuracy
    value = "–" if accuracy.value is None else f"{accuracy.value:.1%}"
    bounds = "–" if accuracy.lower is None else f"{accuracy.lower:.1%} – {accuracy.upper:.1%}"
    floor = "–" if line.floor is None else f"{line.floor:.1%}"
    return f"{indent + line.name:34} {line.items:6,} {value:>9}  {bounds:>15} {floor:>12}"


def _write(path: Path, model: str, found: Results) -> None:
    """Written under another name and renamed, so that no half of it is ever read."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        for record in found.records():
            file.write(json.dumps({"model": model, **record}, ensure_ascii=False) + "\n")
    draft.replace(path)
