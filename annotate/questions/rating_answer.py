"""The answer to a rating: ratings and marked spans, how they are read, and the ranks they imply.

A row of ratings is a response's, a column a criterion's. It does not know the spec: scale and
categories are arguments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from annotate.questions.answer import BaseAnswer, read_index, read_items, read_text
from annotate.questions.checks import is_int
from annotate.questions.errors import InvalidAnswer
from annotate.questions.placing import NOT_COMPARED

MARKS_LIMIT = 500
MARK_NOTE_LENGTH = 2_000
MARK_PARTS = ("response", "category", "start", "end", "note")

Row = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to before `end` of a response, or all of it where both are None."""

    response: int
    category: str
    start: int | None
    end: int | None
    note: str


@dataclass(frozen=True, slots=True)
class RatingAnswer(BaseAnswer):
    """A checked answer. `ranks` are the ones that the ratings imply."""

    criteria: tuple[str, ...]
    """The names of the spec's criteria, a column each."""
    ratings: tuple[Row, ...]
    """A row a response; None is an empty cell."""
    marks: tuple[Mark, ...]

    def to_json(self) -> dict[str, object]:
        """The ratings and the marks."""
        return {
            "ratings": [list(row) for row in self.ratings],
            "marks": [asdict(mark) for mark in self.marks],
        }

    def scores(self) -> dict[str, Row]:
        """The ratings of the responses by criterion: what statistics and training read."""
        columns = zip(*self.ratings, strict=True)
        return dict(zip(self.criteria, columns, strict=True))


def implied_ranks(ratings: Sequence[Row]) -> tuple[int, ...]:
    """A weak order by the mean of a response's ratings, the highest first.

    All 0, which is not compared, where a cell is empty: means of different criteria don't compare.
    One response is the first of one.
    """
    if len(ratings) == 1:
        return (1,)
    filled = [[cell for cell in row if cell is not None] for row in ratings]
    if any(len(cells) < len(row) for cells, row in zip(filled, ratings, strict=True)):
        return (NOT_COMPARED,) * len(ratings)
    # Sums order as means do: every row has the same number of cells.
    sums = [sum(cells) for cells in filled]
    place = {total: rank for rank, total in enumerate(sorted(set(sums), reverse=True), start=1)}
    return tuple(place[total] for total in sums)


def read_ratings(
    k: int, criteria: int, given: object, *, low: int, high: int, optional: bool
) -> tuple[Row, ...]:
    """k rows of whole numbers from `low` to `high`, null only where a cell may stay empty."""
    if not isinstance(given, list) or len(given) != k:
        raise InvalidAnswer("ratings", f"Give a list of ratings for each of the {k} responses.")
    for row in given:
        if not isinstance(row, list) or len(row) != criteria:
            raise InvalidAnswer(
                "ratings", f"Give each response {criteria} ratings, one a criterion."
            )
    cells = [cell for row in given for cell in row]
    empty = cells.count(None)
    if empty and not optional:
        raise InvalidAnswer("ratings", f"Fill every cell: {empty} of {len(cells)} are empty.")
    if not all(cell is None or (is_int(cell) and low <= cell <= high) for cell in cells):
        raise InvalidAnswer("ratings", f"A rating is a whole number from {low} to {high}.")
    return tuple(tuple(row) for row in given)


def read_marks(
    texts: Sequence[str], categories: tuple[str, ...], given: object
) -> tuple[Mark, ...]:
    """At most 500 marks with one of the categories, in the order given."""
    items = read_items("marks", given, MARK_PARTS, MARKS_LIMIT)
    return tuple(_mark(texts, categories, item) for item in items)


def _mark(texts: Sequence[str], categories: tuple[str, ...], item: Mapping[str, Any]) -> Mark:
    response = read_index("marks", item.get("response"), len(texts), "response")
    category = item.get("category")
    if category not in categories:
        raise InvalidAnswer("marks", "The category of a mark isn't in this question's list.")
    start, end = _span(len(texts[response]), item.get("start"), item.get("end"))
    note = read_text("marks", item.get("note"), MARK_NOTE_LENGTH, empty=True)
    return Mark(response, category, start, end, note)


def _span(length: int, start: object, end: object) -> tuple[int | None, int | None]:
    if start is None and end is None:
        return None, None
    if not is_int(start) or not is_int(end) or not 0 <= start < end <= length:
        raise InvalidAnswer(
            "marks",
            f"Mark at least one character within the response's {length:,}, or all of it by "
            "leaving out start and end.",
        )
    return start, end
