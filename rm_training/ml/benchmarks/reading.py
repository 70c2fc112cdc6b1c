"""Finds benchmark files in a folder, tells each one's form by its rows, and yields their items.

What cannot be scored is never passed over in silence: bad rows are counted and named by file and
place, files of no known form by their reason, and questions that another file held already (as
RM-Bench comes whole and by domain) are counted as repeated. Knows no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rm_training.ml.benchmarks import hhh, llmbar, rewardbench, rewardbench2, rm_bench
from rm_training.ml.benchmarks.forms import Form
from rm_training.ml.benchmarks.items import BadItem, Item
from rm_training.ml.benchmarks.rows import Damaged, UnreadableFile, rows

FORMS = (rewardbench.FORM, rewardbench2.FORM, rm_bench.FORM, llmbar.FORM, hhh.FORM)
SUFFIXES = {".json", ".jsonl", ".parquet"}
# Rows that are looked at before a file counts as of no known form.
ROWS_TO_TELL = 50
BAD_ROWS_KEPT = 100


class NoBenchmark(ValueError):
    """No file is of a known form; the message names the files and the forms."""


@dataclass(frozen=True)
class BadRow:
    """A row that was not scored: its file, its line (JSON lines) or number, and why."""

    file: str
    place: int
    reason: str


@dataclass
class FileRead:
    """What became of one file."""

    file: str
    form: str
    items: int = 0
    bad: int = 0
    repeated: int = 0
    over_limit: int = 0


@dataclass(frozen=True)
class Source:
    """A file whose form is known."""

    path: Path
    name: str
    form: Form


def find(folder: Path) -> tuple[list[Source], dict[str, str]]:
    """The files of known forms under `folder` (or the one file), and why others were not read.

    Raises NoBenchmark where there is none.
    """
    known: list[Source] = []
    others: dict[str, str] = {}
    for path in _candidates(folder):
        name = str(path.relative_to(folder)) if path != folder else path.name
        try:
            form = form_of(path)
        except (UnreadableFile, OSError) as error:
            others[name] = f"It cannot be read: {error}"
            continue
        if form is None:
            others[name] = "None of its rows is of a known form."
        else:
            known.append(Source(path, name, form))
    if not known:
        raise NoBenchmark(_nothing(folder, others))
    return known, others


def _candidates(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    found = (p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    visible = (p for p in found if not any(x[0] == "." for x in p.relative_to(folder).parts))
    # Files nearer the top come first, so what is named as repeated is the copy further down.
    return sorted(visible, key=lambda path: (len(path.parts), path))


def form_of(path: Path) -> Form | None:
    """The form of the first rows that have one. Raises UnreadableFile."""
    for _, row in islice(rows(path), ROWS_TO_TELL):
        for form in FORMS:
            if isinstance(row, Mapping) and form.matches(row):
                return form
    return None


def _nothing(folder: Path, others: Mapping[str, str]) -> str:
    seen = [f"  {name}: {reason}" for name, reason in islice(others.items(), 10)]
    more = [f"  … and {len(others) - 10:,} more."] if len(others) > 10 else []
    forms = [f"  {form.name}: {form.rows}" for form in FORMS]
    files = [f"Files that were looked at in {folder}:", *seen, *more]
    empty = [f"{folder} holds no .json, .jsonl or .parquet file."]
    return "\n".join(
        ["No benchmark was found.", *(files if others else empty), "Known forms:", *forms]
    )


@dataclass
class Reader:
    """Yields items of files and keeps account. `limit`: at most so many of each subset."""

    limit: int | None = None
    bad_rows: list[BadRow] = field(default_factory=list)
    _seen: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _numbered: set[tuple[str, str, str]] = field(default_factory=set)

    def items(self, source: Source, account: FileRead) -> Iterator[Item]:
        """The items of a file to score; `account` is kept up to date on the way."""
        for place, row in rows(source.path):
            try:
                item = _item(source, row)
                self._check_number(source, item)
            except BadItem as error:
                self._bad(account, place, str(error))
                continue
            if self._first(source, item) != source.name:
                account.repeated += 1
            elif self._over_limit(source, item):
                account.over_limit += 1
            else:
                account.items += 1
                yield item

    def _bad(self, account: FileRead, place: int, reason: str) -> None:
        account.bad += 1
        if len(self.bad_rows) < BAD_ROWS_KEPT:
            self.bad_rows.append(BadRow(account.file, place, reason))

    def _check_number(self, source: Source, item: Item) -> None:
        if not item.role:
            return
        key = (source.name, item.group, item.role)
        if key in self._numbered:
            raise BadItem("Another row of the file has the same id.")
        self._numbered.add(key)

    def _first(self, source: Source, item: Item) -> str:
        """The file of this form that held the question first."""
        return self._seen.setdefault((source.form.name, item.content), source.name)

    def _over_limit(self, source: Source, item: Item) -> bool:
        key = (source.form.name, item.subset, item.role)
        self._counts[key] += 1
        return self.limit is not None and self._counts[key] > self.limit


def _item(source: Source, row: object) -> Item:
    if isinstance(row, Damaged):
        raise BadItem(row.reason)
    if not isinstance(row, Mapping):
        raise BadItem("The row is no object.")
    return source.form.item(row, source.path)


def by_form(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """The files of each form, by its name, in the order of `FORMS`."""
    found = {form.name: [s for s in sources if s.form is form] for form in FORMS}
    return {name: some for name, some in found.items() if some}
