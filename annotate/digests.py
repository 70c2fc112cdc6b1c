"""Content identity: what makes two prompts, responses or tasks the same.

Pure. Everything that enters the corpus (imports, policies, rounds) is identified here and nowhere
else, so the same content arriving by two ways is one row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson


def prompt_digest(messages: Iterable[Mapping[str, Any]]) -> bytes:
    """SHA-256 of the conversation as a JSON array of [role, content] pairs, UTF-8."""
    return hashlib.sha256(orjson.dumps([(m["role"], m["content"]) for m in messages])).digest()


def response_digest(text: str) -> bytes:
    """SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).digest()


def task_digest(prompt: bytes, responses: Sequence[bytes]) -> bytes:
    """SHA-256 over the prompt's digest and the responses' in canonical (sorted) order."""
    return hashlib.sha256(prompt + b"".join(sorted(responses))).digest()


def is_evaluation(prompt: bytes, share: float) -> bool:
    """Whether a prompt belongs to the evaluation split: a uniform draw fixed by its digest."""
    return int.from_bytes(prompt[:8], "big") < share * 2**64
