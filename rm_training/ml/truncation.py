"""Which texts a reward model's folder reads only in part, by its tokenizer alone. Knows no weights.

A model whose features come from a cache never sees its texts again, so what it cut is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from transformers import AutoTokenizer

from rm_training.ml.render import Conversation, tokenized


class Truncation:
    """Counts the conversations that lost tokens, by the limit that the folder was saved with."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
        self.max_tokens = int(self._tokenizer.model_max_length)
        self.truncated = 0

    def count(self, conversations: Sequence[Conversation]) -> None:
        """Adds those that are longer than `max_tokens`."""
        self.truncated += tokenized(self._tokenizer, conversations)[1]
