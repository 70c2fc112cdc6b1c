"""The revision: a rater says what is wrong with one response, and writes a better one.

It compares the rewrite with the response's text, and knows nothing else of either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from annotate.questions.answer import (
    BaseAnswer,
    check_size,
    columns,
    read_index,
    read_note,
    read_parts,
    read_text,
)
from annotate.questions.checks import (
    PROMPT_LENGTH,
    check_flags,
    check_text,
    check_texts,
    read_settings,
    write_settings,
)
from annotate.questions.errors import InvalidAnswer

PRINCIPLES_LIMIT = 50
PRINCIPLE_LENGTH = 2_000
CRITIQUE_LENGTH = 20_000
TEXT_LENGTH = 100_000

PARTS = ("critique", "text", "principle", "note")


@dataclass(frozen=True, slots=True)
class RevisionAnswer(BaseAnswer):
    """A checked answer."""

    critique: str
    text: str
    """The rewrite; the response's own text where there was nothing to improve."""
    principle: int | None
    """Which of the spec's principles was followed, counted from 0."""

    def to_json(self) -> dict[str, object]:
        """Critique, rewrite and principle."""
        return {"critique": self.critique, "text": self.text, "principle": self.principle}

    def comparison(self, original: str) -> tuple[str, str] | None:
        """(better, worse): the rewrite is preferred to the original. None where it is the same."""
        return None if self.text == original else (self.text, original)


@dataclass(frozen=True, slots=True)
class RevisionSpec:
    """What a revision asks. A spec that exists is valid: anything else raises InvalidSpec."""

    needs_texts: ClassVar[bool] = True

    principles: tuple[str, ...] = ()
    """The principles of which a rater names one: at most 50, of at most 2,000 characters each."""
    critique: bool = True
    """Whether a changed text needs a critique of the original."""
    note: bool = True
    """Whether a rater may add a note of up to 5,000 characters."""
    prompt: str = "What is wrong with this response? Write a better one."
    """The question itself, as the rater reads it: 1 to 500 characters."""

    def __post_init__(self) -> None:
        check_texts("principles", self.principles, PRINCIPLES_LIMIT, PRINCIPLE_LENGTH)
        check_flags(self, "critique", "note")
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

    def validate(self, texts: Sequence[str], data: object) -> RevisionAnswer:
        """The answer to a task of one response; InvalidAnswer says what to change.

        `text` is required. So are `critique` where the spec asks for it and the text is changed,
        and `principle` where the spec has some. `note` may be left out or null.
        """
        check_size(texts, 1, 1)
        original = texts[0]
        parts = read_parts(data, PARTS)
        text = _rewrite(original, parts.get("text"))
        free = not self.critique or text == original
        return RevisionAnswer(
            ranks=(1,),
            strength=None,
            unacceptable=None,
            tags=(),
            note=read_note(parts.get("note"), asked=self.note),
            critique=read_text("critique", parts.get("critique"), CRITIQUE_LENGTH, empty=free),
            text=text,
            principle=self._principle(parts.get("principle")),
        )

    def answer_from(  # noqa: PLR0917 -- the stored columns, in their order
        self,
        ranks: Sequence[int],
        strength: int | None,
        unacceptable: Sequence[bool] | None,
        tags: Sequence[str],
        note: str,
        extra: Mapping[str, Any],
    ) -> RevisionAnswer:
        """A stored answer; `extra` is what its `to_json` gave. Nothing is checked again."""
        return RevisionAnswer(
            *columns(ranks, strength, unacceptable, tags, note),
            critique=extra["critique"],
            text=extra["text"],
            principle=extra["principle"],
        )

    def _principle(self, given: object) -> int | None:
        if self.principles:
            return read_index("principle", given, len(self.principles), "principle")
        if given is not None:
            raise InvalidAnswer("principle", "This question has no principles: leave it out.")
        return None


def _rewrite(original: str, given: object) -> str:
    # What was stored once can be stored again, however long or short it is.
    return original if given == original else read_text("text", given, TEXT_LENGTH)
