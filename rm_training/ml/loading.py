"""Opens a Hugging Face folder as a reward model with one output. It knows no conversations.

The folder may hold a bare backbone (its head is new) or a reward model written by `export`; either
way everything below the head must come from the file, since features behind untrained layers would
be noise.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as hf_logging

from rm_training.ml.render import prepare_tokenizer

HEADS = ("score", "classifier")


class UnsuitableBackbone(ValueError):
    """The folder cannot serve as a reward model's backbone; the message says why."""


class MissingBackbone(OSError):
    """There is no model of that name or path; the message says where it was looked for."""


def load_classifier(
    path: str | Path, max_tokens: int
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model (float32, evaluation mode, one output) and tokenizer of a folder, ready for scoring.

    Raises UnsuitableBackbone where the architecture's head is more than one linear layer or where
    other weights are missing, MissingBackbone where there is no model.
    """
    try:
        with quiet():
            model, report = AutoModelForSequenceClassification.from_pretrained(
                str(path),
                num_labels=1,
                output_loading_info=True,
                dtype=torch.float32,
                trust_remote_code=False,
            )
            tokenizer = AutoTokenizer.from_pretrained(str(path), trust_remote_code=False)
    except OSError as error:
        if error.errno is not None:  # the machine's own, such as a disk that cannot be read
            raise
        raise MissingBackbone(
            f"{path} is no folder with a model and no name of one that can be fetched from here. "
            "Check the name, and that the folder holds config.json, weights and tokenizer."
        ) from error
    head = head_name(model)
    missing = sorted(k for k in report["missing_keys"] if not k.startswith(f"{head}."))
    if missing:
        raise UnsuitableBackbone(
            f"{path} lacks weights below its head ({', '.join(missing[:3])}), so its features "
            "would be random. Choose a backbone whose checkpoint has them."
        )
    prepare_tokenizer(tokenizer, min(max_tokens, _positions(model, max_tokens)))
    fit_padding(model, tokenizer)
    return model.eval(), tokenizer


def head_name(model: PreTrainedModel) -> str:
    """Name of the model's last linear layer, which turns features into the score."""
    for name in HEADS:
        layer = getattr(model, name, None)
        if isinstance(layer, nn.Linear):
            return name
    raise UnsuitableBackbone(
        f"{type(model).__name__} has no single linear head named {' or '.join(HEADS)}. "
        "Choose a backbone such as BERT, GPT-2, Llama, Qwen or Mistral."
    )


def head_of(model: PreTrainedModel) -> nn.Linear:
    """The layer that `head_name` names."""
    layer = getattr(model, head_name(model))
    assert isinstance(layer, nn.Linear)
    return layer


def digest_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> str:
    """SHA-256, in hex, over the weights below the head, the tokenizer and the chat template.

    A backbone and every reward model exported from it have the same digest, so features that are
    cached under it stay valid.
    """
    digest = hashlib.sha256()
    head = head_name(model)
    for name, tensor in sorted(model.state_dict().items()):
        if not name.startswith(f"{head}."):
            digest.update(f"{name}{tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    digest.update(_rules(tokenizer).encode())
    return digest.hexdigest()


def _rules(tokenizer: PreTrainedTokenizerBase) -> str:
    # The padding and truncation in a fast tokenizer's file are those of its last call: no identity.
    rules = json.loads(tokenizer.backend_tokenizer.to_str())
    rules.pop("padding")
    rules.pop("truncation")
    return json.dumps([rules, tokenizer.chat_template], sort_keys=True)


def _positions(model: PreTrainedModel, otherwise: int) -> int:
    return int(getattr(model.config, "max_position_embeddings", None) or otherwise)


def fit_padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    embeddings = model.get_input_embeddings()
    assert isinstance(embeddings, nn.Embedding)
    rows = embeddings.num_embeddings
    if len(tokenizer) > rows:
        table = model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        # Padding is never read; zeros keep the digest the same on every machine.
        table.weight.data[rows:] = 0
    model.config.get_text_config().pad_token_id = tokenizer.pad_token_id


@contextmanager
def quiet() -> Iterator[None]:
    """While open, transformers draws no bars and does not warn of the head, which is to be new."""
    logger = logging.getLogger("transformers")
    level, bars = logger.level, hf_logging.is_progress_bar_enabled()
    logger.setLevel(logging.ERROR)
    hf_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # unannotated there
    try:
        yield
    finally:
        logger.setLevel(level)
        if bars:
            hf_logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # unannotated there
