"""The steps: a rater says of each step of one response whether it is right.

A step is a line or a paragraph. It does not know what the steps say, nor what they lead to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self

from annotate.questions.answer import (
    BaseAnswer,
    check_size,
    columns,
    read_index,
    read_items,
    read_note,
    read_parts,
    read_text,
)
from annotate.questions.checks import (
    PROMPT_LENGTH,
    check_choice,
    check_flags,
    check_text,
    is_int,
    read_settings,
    write_settings,
)
from annotate.questions.errors import InvalidAnswer

RIGHT, NEUTRAL, WRONG = 1, 0, -1
SEPARATORS = {"line": "\n", "blank_line": "\n\n"}
REASON_LENGTH = 2_000

PARTS = ("labels", "reasons", "note")
REASON_PARTS = ("step", "text")

Separator = Literal["line", "blank_line"]
Labels = tuple[int | None, ...]


def split(text: str, separator: Separator) -> tuple[str, ...]:
    """The steps of a text, empty ones included: joined by the separator they are the text again."""
    return tuple(text.split(SEPARATORS[separator]))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step, counted from 0, is wrong."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class StepsAnswer(BaseAnswer):
    """A checked answer."""

    labels: Labels
    """A label a step: 1 right, 0 neutral, -1 wrong, None not judged."""
    reasons: tuple[Reason, ...]
    """In the order of the steps, at most one a step."""

    def to_json(self) -> dict[str, object]:
        """The labels and the reasons."""
        return {
            "labels": list(self.labels),
            "reasons": [asdict(reason) for reason in self.reasons],
        }

    @property
    def first_error(self) -> int | None:
        """The first wrong step, counted from 0; None where no step is wrong."""
        return self.labels.index(WRONG) if WRONG in self.labels else None


@dataclass(frozen=True, slots=True)
class StepsSpec:
    """What is asked of steps. A spec that exists is valid: anything else raises InvalidSpec."""

    needs_texts: ClassVar[bool] = True

    separator: Separator = "blank_line"
    """What stands between two steps: the end of a line, or an empty line."""
    neutral: bool = True
    """Whether a step may be neither right nor wrong."""
    first_error: bool = False
    """Whether the steps are judged up to the first wrong one only."""
    reason: bool = True
    """Whether a reason of up to 2,000 characters may be given for a wrong step."""
    note: bool = True
    """Whether a rater may add a note of up to 5,000 characters."""
    prompt: str = "Is each step right?"
    """The question itself, as the rater reads it: 1 to 500 characters."""

    def __post_init__(self) -> None:
        check_choice("separator", self.separator, tuple(SEPARATORS))
        check_flags(self, "neutral", "first_error", "reason", "note")
        check_text("prompt", self.prompt, PROMPT_LENGTH)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The spec from parsed JSON; what is left out has its default, unknown names fail."""
        return cls(**read_settings(cls, data))

    def to_json(self) -> dict[str, object]:
        """Every setting, as JSON takes it; `from_json` gives the same spec back."""
        return write_settings(self)

    @property
    def k_range(self) -> tuple[int, int]:
        """The fewest and the most responses of a new task."""
        return 1, 1

    def validate(self, texts: Sequence[str], data: object) -> StepsAnswer:
        """The answer to a task of one response; InvalidAnswer says what to change.

        `labels` is required: 1, 0, -1 or null for each step. `reasons`, a list of {"step", "text"},
        and `note` may be left out or null.
        """
        check_size(texts, 1, 1)
        parts = read_parts(data, PARTS)
        labels = self._labels(len(split(texts[0], self.separator)), parts.get("labels"))
        return StepsAnswer(
            ranks=(1,),
            strength=None,
            unacceptable=None,
            tags=(),
            note=read_note(parts.get("note"), asked=self.note),
            labels=labels,
            reasons=self._reasons(labels, parts.get("reasons")),
        )

    def answer_from(  # noqa: PLR0917 -- the stored columns, in their order
        self,
        ranks: Sequence[int],
        strength: int | None,
        unacceptable: Sequence[bool] | None,
        tags: Sequence[str],
        note: str,
        extra: Mapping[str, Any],
    ) -> StepsAnswer:
        """A stored answer; `extra` is what its `to_json` gave. Nothing is checked again."""
        return StepsAnswer(
            *columns(ranks, strength, unacceptable, tags, note),
            labels=tuple(extra["labels"]),
            reasons=tuple(Reason(**reason) for reason in extra["reasons"]),
        )

    def _labels(self, steps: int, given: object) -> Labels:
        if not isinstance(given, list):
            raise InvalidAnswer("labels", "Judge the steps first: this answer has no labels.")
        if len(given) != steps:
            raise InvalidAnswer(
                "labels", f"The response has {steps} steps, but {len(given)} are judged."
            )
        known = (RIGHT, NEUTRAL, WRONG) if self.neutral else (RIGHT, WRONG)
        if not all(label is None or (is_int(label) and label in known) for label in given):
            words = "1 right, 0 neutral, -1 wrong" if self.neutral else "1 right, -1 wrong"
            raise InvalidAnswer("labels", f"Judge each step by a number: {words}.")
        self._check_judged(given)
        return tuple(given)

    def _check_judged(self, labels: list[int | None]) -> None:
        """Every step is judged; with `first_error`, those up to the first wrong one and no more."""
        asked = labels
        if self.first_error and WRONG in labels:
            end = labels.index(WRONG) + 1
            asked, after = labels[:end], labels[end:]
            if any(label is not None for label in after):
                raise InvalidAnswer("labels", "Judge no step after the first wrong one.")
        if None in asked:
            raise InvalidAnswer(
                "labels", f"Judge every step: {asked.count(None)} of {len(asked)} are left."
            )

    def _reasons(self, labels: Labels, given: object) -> tuple[Reason, ...]:
        items = read_items("reasons", given, REASON_PARTS, len(labels))
        if items and not self.reason:
            raise InvalidAnswer("reasons", "This question takes no reasons: leave them out.")
        reasons = {}
        for item in items:
            step = read_index("reasons", item.get("step"), len(labels), "step")
            if labels[step] != WRONG:
                raise InvalidAnswer("reasons", f"Step {step} isn't wrong: take its reason away.")
            if step in reasons:
                raise InvalidAnswer("reasons", f"Step {step} has two reasons: make them one.")
            reasons[step] = Reason(step, read_text("reasons", item.get("text"), REASON_LENGTH))
        return tuple(reasons[step] for step in sorted(reasons))
