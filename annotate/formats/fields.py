"""Checks of single fields. Each returns the value, typed, or raises `BadRecord` naming the field.

Knows nothing of the forms the fields are put together in. Every check is one comparison on the
path of a good value: an import spends most of its time here.
"""

from __future__ import annotations

from typing import Any, cast

from annotate.formats.records import MAX_NAME, ROLES, BadRecord, Message

_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def kind(value: Any) -> str:
    """What a JSON value is, in words."""
    return _KINDS[type(value)]


def text(value: Any, field: str) -> str:
    """Text with something in it, unchanged."""
    if type(value) is not str:
        if value is None:
            raise BadRecord(f"{field} is missing.")
        raise BadRecord(f"{field} must be text; it is {kind(value)}.")
    if not value or value.isspace():
        raise BadRecord(f"{field} is empty.")
    return value


def name(value: Any, field: str, longest: int = MAX_NAME) -> str | None:
    """A short name, or None where the file gives none. Whole numbers are names too."""
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    found = text(value, field)
    if len(found) > longest:
        raise BadRecord(f"{field} has {len(found)} characters; at most {longest} can be kept.")
    return found


def whole(value: Any, field: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`; true and 1.0 are not whole numbers."""
    if type(value) is not int or not low <= value <= high:
        raise BadRecord(f"{field} must be a whole number from {low} to {high}.")
    return value


def items(value: Any, field: str) -> list[Any]:
    if type(value) is not list:
        raise BadRecord(f"{field} must be a list; it is {kind(value)}.")
    return value


def message(value: Any, field: str) -> Message:
    """A chat message, reduced to its role and its text."""
    if type(value) is not dict:
        raise BadRecord(f"{field} must be a message with role and content; it is {kind(value)}.")
    role, content = value.get("role"), value.get("content")
    if type(role) is not str or role not in ROLES:
        raise BadRecord(f"{field}.role must be system, user or assistant.")
    if type(content) is not str:
        raise BadRecord(f"{field}.content must be text; it is {kind(content)}.")
    return cast(Message, value) if len(value) == 2 else cast(Message, _reduced(role, content))


def _reduced(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def messages(value: Any, field: str) -> tuple[Message, ...]:
    """A list of chat messages, at least one."""
    found = items(value, field)
    if not found:
        raise BadRecord(f"{field} is empty.")
    return tuple([message(item, f"{field}[{place}]") for place, item in enumerate(found)])


def refuse_nul(value: Any, field: str) -> None:
    """Raise if any text in `value` holds a NUL character, which PostgreSQL cannot store."""
    left = [(field, value)]  # no recursion: JSON may be nested deeper than Python calls
    while left:
        where, part = left.pop()
        if isinstance(part, str):
            if "\0" in part:
                raise BadRecord(f"{where} holds a NUL character (\\u0000), which cannot be stored.")
        elif isinstance(part, dict):
            left += [(f"the name of a field in {where or 'the row'}", key) for key in part]
            left += [(f"{where}.{key}" if where else key, inner) for key, inner in part.items()]
        elif isinstance(part, list):
            left += [(f"{where}[{place}]", inner) for place, inner in enumerate(part)]
