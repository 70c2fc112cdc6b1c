"""The rating: a rater gives each response a number for each criterion, and may mark spans in it.

Responses are in the order of the task, criteria in the order of the spec. Of the responses' texts
it knows the length only, in characters (code points).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from annotate.questions.answer import check_size, columns, read_note, read_parts
from annotate.questions.checks import (
    NAME_LENGTH,
    PROMPT_LENGTH,
    check_distinct,
    check_flags,
    check_text,
    check_texts,
    check_whole,
    read_settings,
    write_settings,
)
from annotate.questions.errors import InvalidSpec
from annotate.questions.rating_answer import (
    Mark,
    RatingAnswer,
    implied_ranks,
    read_marks,
    read_ratings,
)

K_LIMIT = 16
CRITERIA_LIMIT = 12
ABOUT_LENGTH = 500
END_LIMIT = 100
LIKERT_POINTS = 11
CATEGORIES_LIMIT = 20

PARTS = ("ratings", "marks", "note")


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is rated: a name of 1 to 60 characters, and what it is about in at most 500."""

    name: str
    about: str = ""

    def __post_init__(self) -> None:
        check_text("name", self.name, NAME_LENGTH)
        check_text("about", self.about, ABOUT_LENGTH, empty=True)


@dataclass(frozen=True, slots=True)
class RatingSpec:
    """What a rating asks. A spec that exists is valid: anything else raises InvalidSpec."""

    needs_texts: ClassVar[bool] = True

    criteria: tuple[Criterion, ...]
    """What is rated: 1 to 12 criteria with distinct names."""
    k_max: int = 4
    """The most responses a task may have, 1 to 16."""
    minimum: int = 1
    """The lowest rating, from -100."""
    maximum: int = 5
    """The highest and best rating, up to 100. Without a slider, at most 11 points in all."""
    low: str = ""
    """What the lowest rating means, in at most 60 characters."""
    high: str = ""
    """What the highest rating means, in at most 60 characters."""
    slider: bool = False
    """A slider, instead of a button for each point (a Likert scale)."""
    optional: bool = False
    """Whether a cell may stay empty."""
    marks: tuple[str, ...] = ()
    """The categories with which spans may be marked: at most 20, of at most 60 characters each."""
    note: bool = True
    """Whether a rater may add a note of up to 5,000 characters."""
    prompt: str = "How good is each response?"
    """The question itself, as the rater reads it: 1 to 500 characters."""

    def __post_init__(self) -> None:
        check_whole("k_max", self.k_max, 1, K_LIMIT)
        check_flags(self, "slider", "optional", "note")
        check_text("prompt", self.prompt, PROMPT_LENGTH)
        check_text("low", self.low, NAME_LENGTH, empty=True)
        check_text("high", self.high, NAME_LENGTH, empty=True)
        check_texts("marks", self.marks, CATEGORIES_LIMIT, NAME_LENGTH)
        self._check_scale()
        self._check_criteria()

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The spec from parsed JSON; what is left out has its default, unknown names fail."""
        values = read_settings(cls, data)
        given = values["criteria"]
        if isinstance(given, tuple):
            # One more than the limit is enough to be refused for.
            values["criteria"] = tuple(_criterion(item) for item in given[: CRITERIA_LIMIT + 1])
        return cls(**values)

    def to_json(self) -> dict[str, object]:
        """Every setting, as JSON takes it; `from_json` gives the same spec back."""
        return write_settings(self)

    @property
    def k_range(self) -> tuple[int, int]:
        """The fewest and the most responses of a new task."""
        return 1, self.k_max

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the criteria."""
        return tuple(criterion.name for criterion in self.criteria)

    def validate(self, texts: Sequence[str], data: object) -> RatingAnswer:
        """The answer to a task with these texts; InvalidAnswer says what to change.

        `ratings` is required: for each response a list of whole numbers, one a criterion, null for
        an empty cell. `marks`, a list of {"response", "category", "start", "end", "note"}, and
        `note` may be left out or null.
        """
        k = check_size(texts, 1, K_LIMIT)
        parts = read_parts(data, PARTS)
        ratings = read_ratings(
            k,
            len(self.criteria),
            parts.get("ratings"),
            low=self.minimum,
            high=self.maximum,
            optional=self.optional,
        )
        return RatingAnswer(
            ranks=implied_ranks(ratings),
            strength=None,
            unacceptable=None,
            tags=(),
            note=read_note(parts.get("note"), asked=self.note),
            criteria=self.names,
            ratings=ratings,
            marks=read_marks(texts, self.marks, parts.get("marks")),
        )

    def answer_from(  # noqa: PLR0917 -- the stored columns, in their order
        self,
        ranks: Sequence[int],
        strength: int | None,
        unacceptable: Sequence[bool] | None,
        tags: Sequence[str],
        note: str,
        extra: Mapping[str, Any],
    ) -> RatingAnswer:
        """A stored answer; `extra` is what its `to_json` gave. Nothing is checked again."""
        return RatingAnswer(
            *columns(ranks, strength, unacceptable, tags, note),
            criteria=self.names,
            ratings=tuple(tuple(row) for row in extra["ratings"]),
            marks=tuple(Mark(**mark) for mark in extra["marks"]),
        )

    def _check_scale(self) -> None:
        check_whole("minimum", self.minimum, -END_LIMIT, END_LIMIT)
        check_whole("maximum", self.maximum, -END_LIMIT, END_LIMIT)
        if self.minimum >= self.maximum:
            raise InvalidSpec("maximum", f"Give a number above the minimum, {self.minimum}.")
        points = self.maximum - self.minimum + 1
        if not self.slider and points > LIKERT_POINTS:
            raise InvalidSpec(
                "maximum",
                f"{points} points are too many for buttons: take at most {LIKERT_POINTS}, or a "
                "slider.",
            )

    def _check_criteria(self) -> None:
        given: object = self.criteria
        if not isinstance(given, tuple) or not 1 <= len(given) <= CRITERIA_LIMIT:
            raise InvalidSpec("criteria", f"Give a list of 1 to {CRITERIA_LIMIT} criteria.")
        if not all(isinstance(criterion, Criterion) for criterion in given):
            raise InvalidSpec("criteria", "Give each criterion as an object with a name.")
        check_distinct("criteria", self.names)


def _criterion(data: object) -> Criterion:
    try:
        return Criterion(**read_settings(Criterion, data))
    except InvalidSpec as error:
        raise InvalidSpec("criteria", f"Criterion: {error.field}: {error.message}") from error
