"""Checks that the specs of every kind share, and their way from JSON and back.

All raise InvalidSpec with the setting's name. They do not know which settings a kind has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, fields
from typing import Any, ClassVar, Protocol, TypeGuard

from annotate.questions.errors import InvalidSpec
from annotate.questions.text import is_storable, shown_name

PROMPT_LENGTH = 500
NAME_LENGTH = 60


class Settings(Protocol):
    """A dataclass, which a spec is."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def is_int(value: object) -> TypeGuard[int]:
    """Whether JSON calls it a whole number. `true` is one in Python only."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_whole(field: str, value: object, low: int, high: int) -> None:
    """A whole number from `low` to `high`."""
    if not is_int(value) or not low <= value <= high:
        raise InvalidSpec(field, f"Give a whole number from {low} to {high}.")


def check_flags(spec: object, *names: str) -> None:
    """These settings of the spec are true or false."""
    for name in names:
        if not isinstance(getattr(spec, name), bool):
            raise InvalidSpec(name, "Give true or false.")


def check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    """One of a few words."""
    if value not in choices:
        raise InvalidSpec(field, f"Give one of: {', '.join(choices)}.")


def check_text(field: str, text: object, limit: int, *, empty: bool = False) -> None:
    """A text of at most `limit` characters; a blank one only where it may be empty."""
    if not isinstance(text, str) or len(text) > limit or not (empty or text.strip()):
        raise InvalidSpec(field, f"Give a text of {0 if empty else 1} to {limit} characters.")
    if not is_storable(text):
        raise InvalidSpec(field, "The text holds a character that can't be stored; remove it.")


def check_texts(field: str, texts: object, limit: int, length: int) -> None:
    """At most `limit` distinct texts of 1 to `length` characters."""
    if not isinstance(texts, tuple) or len(texts) > limit:
        raise InvalidSpec(field, f"Give a list of at most {limit} texts.")
    for text in texts:
        check_text(field, text, length)
    check_distinct(field, texts)


def check_distinct(field: str, texts: tuple[str, ...]) -> None:
    """No text is listed twice."""
    if len(set(texts)) < len(texts):
        raise InvalidSpec(field, "A text is listed twice; remove one.")


def read_settings(cls: type[Settings], data: object) -> dict[str, Any]:
    """The arguments for a spec, from parsed JSON: known names only, none missing, lists as tuples.

    What is left out has its default where there is one. The values are not checked here.
    """
    if not isinstance(data, Mapping):
        raise InvalidSpec("spec", "Give an object with the settings of the question.")
    known = [field.name for field in fields(cls)]
    for name in data:
        if name not in known:
            raise InvalidSpec(
                shown_name(name), f"There is no such setting; there are: {', '.join(known)}."
            )
    for field in fields(cls):
        if field.default is MISSING and field.name not in data:
            raise InvalidSpec(field.name, "Give this setting: it has no default.")
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }


def write_settings(spec: Settings) -> dict[str, object]:
    """Every setting, as JSON takes it."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(spec).items()
    }
