"""The parts that the answers of every kind have, and how the ones that all raters send are checked.

What it refuses, it refuses with InvalidAnswer and the part's name. It does not know the kinds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.questions.checks import is_int
from annotate.questions.errors import InvalidAnswer
from annotate.questions.text import is_storable, shown_name

NOTE_LENGTH = 5_000

Columns = tuple[tuple[int, ...], int | None, tuple[bool, ...] | None, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class BaseAnswer:
    """What every checked answer has, in the order of the task's responses.

    `ranks`: dense from 1 (best), equal ones are a tie; 0 is not compared, -1 is below all that are
    placed. `strength` is 1 to 3, or None where there is none to give. `unacceptable` has one flag a
    response, or is None where the question doesn't ask. `tags` are in the order of the spec's
    reasons.
    """

    ranks: tuple[int, ...]
    strength: int | None
    unacceptable: tuple[bool, ...] | None
    tags: tuple[str, ...]
    note: str


def columns(
    ranks: Sequence[int],
    strength: int | None,
    unacceptable: Sequence[bool] | None,
    tags: Sequence[str],
    note: str,
) -> Columns:
    """The first five arguments of an answer, from what was stored."""
    flags = None if unacceptable is None else tuple(unacceptable)
    return tuple(ranks), strength, flags, tuple(tags), note


def check_size(texts: Sequence[str], low: int, high: int) -> int:
    """The number of the task's responses, which the kind of question must allow."""
    k = len(texts)
    if not low <= k <= high:
        allowed = str(low) if low == high else f"{low} to {high}"
        raise InvalidAnswer(
            "task", f"Tell an admin: this question is for {allowed} responses, the task has {k}."
        )
    return k


def read_parts(data: object, known: tuple[str, ...]) -> Mapping[str, Any]:
    """The parts of an answer by name; what is left out is as good as null."""
    names = ", ".join(known)
    if not isinstance(data, Mapping):
        raise InvalidAnswer("answer", f"Send an object with these parts: {names}.")
    for name in data:
        if name not in known:
            raise InvalidAnswer(shown_name(name), f"An answer has no such part; it has: {names}.")
    return data


def read_items(
    field: str, given: object, known: tuple[str, ...], limit: int
) -> list[Mapping[str, Any]]:
    """A list of at most `limit` objects; null is an empty one."""
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > limit:
        raise InvalidAnswer(field, f"Give a list of at most {limit:,} entries.")
    for item in given:
        if not isinstance(item, Mapping) or any(name not in known for name in item):
            raise InvalidAnswer(field, f"Give each entry as an object of: {', '.join(known)}.")
    return given


def read_index(field: str, given: object, length: int, noun: str) -> int:
    """A place in a list of `length` things, counted from 0."""
    if not is_int(given) or not 0 <= given < length:
        raise InvalidAnswer(
            field, f"Name the {noun} by its number, counted from 0: there are {length}."
        )
    return given


def read_text(field: str, given: object, limit: int, *, empty: bool = False) -> str:
    """A text of at most `limit` characters; a blank one or null only where it may be empty."""
    text = "" if given is None and empty else given
    if not isinstance(text, str):
        raise InvalidAnswer(field, "Give a text.")
    if not (empty or text.strip()):
        raise InvalidAnswer(field, "Write something here: the text is empty.")
    if len(text) > limit:
        raise InvalidAnswer(
            field, f"The text has {len(text):,} characters; shorten it to {limit:,}."
        )
    if not is_storable(text):
        raise InvalidAnswer(field, "The text holds a character that can't be stored; retype it.")
    return text


def read_note(given: object, *, asked: bool) -> str:
    """The note of up to 5,000 characters; empty where none is given."""
    if given is None or given == "":
        return ""
    if not asked:
        raise InvalidAnswer("note", "This question takes no note: leave it empty.")
    return read_text("note", given, NOTE_LENGTH, empty=True)
