"""One question of a benchmark, whatever its form: a prompt, right answers and wrong ones.

Holds the checks of single fields that the forms share. Knows no file, no model and no figure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rm_training.ml.data import Floats
from rm_training.ml.render import Conversation, Messages

ROLES = ("system", "user", "assistant")


class BadItem(ValueError):
    """A row that cannot be scored; the message says why, as a sentence."""


class Scorer(Protocol):
    """Whatever gives rewards: a model folder, heads over cached features, a rule."""

    def __call__(self, conversations: Sequence[Conversation], /) -> Floats:
        """Rewards [n], one a conversation; only differences within a prompt are read."""


@dataclass(frozen=True)
class Item:
    """A prompt with its responses, of which the first `right` are right.

    `role`: which part of its subset it is, where a form tells parts apart. `group`: what is drawn
    together when prompts are resampled; the prompt itself where it is empty.
    """

    subset: str
    messages: Messages
    responses: tuple[str, ...]
    right: int
    role: str = ""
    group: str = ""

    @property
    def prompt(self) -> str:
        """A name of what is resampled together."""
        return self.group or digest([dict(message) for message in self.messages])

    @property
    def content(self) -> str:
        """A name of what is asked and answered: equal in two files that hold the same question."""
        return digest([[dict(message) for message in self.messages], self.responses, self.right])

    def conversations(self) -> list[Conversation]:
        """One a response, in order."""
        return [Conversation(self.messages, response) for response in self.responses]


@dataclass(frozen=True)
class Answer:
    """What is kept of a scored item: rewards [k] and lengths in characters [k], no text."""

    subset: str
    prompt: str
    role: str
    right: int
    rewards: Floats
    lengths: Floats


def digest(content: object) -> str:
    """SHA-256, in hex, of what JSON can hold."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text(row: Mapping[str, Any], field: str) -> str:
    """A field that must be text with something in it."""
    value = row.get(field)
    if not isinstance(value, str):
        raise BadItem(f"{field} must be text; it is {kind(value)}.")
    if not value.strip():
        raise BadItem(f"{field} is empty.")
    return response(value, field)


def response(value: object, field: str) -> str:
    """A response: text, which may be empty, since a model may say nothing."""
    if not isinstance(value, str):
        raise BadItem(f"{field} must be text; it is {kind(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        # Tokenizers refuse it, and one such row would end the run.
        raise BadItem(f"{field} holds half a character (a lone surrogate).") from None
    return value


def responses(row: Mapping[str, Any], field: str, count: int | None = None) -> list[str]:
    """A list of responses: `count` of them, or at least one."""
    value = row.get(field)
    if not isinstance(value, list):
        raise BadItem(f"{field} must be a list of texts; it is {kind(value)}.")
    if count is not None and len(value) != count:
        raise BadItem(f"{field} must hold {count} texts; it holds {len(value)}.")
    if not value:
        raise BadItem(f"{field} is empty.")
    return [response(one, f"{field}[{number}]") for number, one in enumerate(value)]


def turns(row: Mapping[str, Any], field: str) -> Messages:
    """A prompt: text, which becomes one user's turn, or a list of messages."""
    value = row.get(field)
    if not isinstance(value, list):
        return ({"role": "user", "content": text(row, field)},)
    if not value:
        raise BadItem(f"{field} is empty.")
    found = tuple(_message(one, f"{field}[{number}]") for number, one in enumerate(value))
    if found[-1]["role"] != "user":
        raise BadItem(f"{field} must end with the user's turn.")
    return found


def _message(value: object, field: str) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or value.get("role") not in ROLES:
        raise BadItem(f"{field} must be a message with a role of {', '.join(ROLES)}.")
    return {"role": value["role"], "content": response(value.get("content"), f"{field}.content")}


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    names: dict[type, str] = {
        type(None): "missing",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)
