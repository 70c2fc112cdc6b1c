"""Small inputs that the tests of rm_training.ml share. Knows no tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

from rm_training.ml.data import Comparisons
from rm_training.ml.render import Conversation

Vectors = NDArray[np.float32]


def comparisons(
    first: ArrayLike,
    second: ArrayLike,
    target: ArrayLike,
    *,
    prompt: ArrayLike | None = None,
    evaluation: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    tie: ArrayLike | None = None,
    strength: ArrayLike | None = None,
    texts: list[str] | None = None,
) -> Comparisons:
    """Comparisons from columns: a prompt each, all in the train split, unless told otherwise."""
    n = len(np.asarray(target))
    rows = int(max(np.max(np.asarray(first)), np.max(np.asarray(second)))) + 1
    texts = texts or [f"text {row}" for row in range(rows)]
    message = [{"role": "user", "content": "Say something."}]
    prompt = np.arange(n) if prompt is None else np.asarray(prompt, np.int64)
    row_prompt = np.zeros(rows, np.int64)
    row_prompt[np.asarray(first)] = row_prompt[np.asarray(second)] = prompt
    return Comparisons(
        conversations=tuple(Conversation(message, text) for text in texts),
        first=np.asarray(first, np.int64),
        second=np.asarray(second, np.int64),
        target=np.asarray(target, np.float64),
        tie=np.zeros(n) if tie is None else np.asarray(tie, np.float64),
        strength=np.zeros(n) if strength is None else np.asarray(strength, np.float64),
        weight=np.ones(n) if weight is None else np.asarray(weight, np.float64),
        prompt=prompt,
        evaluation=np.zeros(n, bool) if evaluation is None else np.asarray(evaluation, bool),
        task=np.arange(n),
        row_prompt=row_prompt,
        groups=("",) * (1 + int(prompt.max(initial=0))),
    )


def planted(
    n: int, size: int, seed: int = 0, held_out: float = 0.3
) -> tuple[Vectors, Comparisons, NDArray[np.float64]]:
    """Features [2n, d], comparisons whose winners were drawn by a known head, and that head [d].

    Two comparisons share a prompt; prompts are held out whole.
    """
    rng = np.random.default_rng(seed)
    # Features on very different scales: training must not care.
    features = rng.normal(size=(2 * n, size)) * np.geomspace(0.01, 10, size)
    head = rng.normal(size=size) / np.geomspace(0.01, 10, size) / np.sqrt(size)
    first, second = np.arange(n), np.arange(n, 2 * n)
    chance = 1 / (1 + np.exp(-(features[first] - features[second]) @ head))
    prompt = np.arange(n) // 2
    drawn = comparisons(
        first,
        second,
        rng.random(n) < chance,
        prompt=prompt,
        evaluation=(rng.random(n) < held_out)[2 * prompt],
    )
    return features.astype(np.float32), drawn, head


def tiny_llama(folder: Path, *, bos: bool = False) -> Path:
    """A random two-layer Llama with a byte tokenizer whose only special token is the end of text.

    `bos`: the tokenizer also adds a beginning-of-text token, and its chat template writes one too.
    """
    torch.manual_seed(0)
    vocabulary = {c: i for i, c in enumerate(["</s>", "<s>", *sorted(ByteLevel.alphabet())])}
    raw = Tokenizer(BPE(vocabulary, merges=[]))
    raw.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="</s>", pad_token="</s>")  # type: ignore[no-untyped-call]  # unannotated there
    if bos:
        _add_bos(tokenizer)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
    )
    LlamaModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _add_bos(tokenizer: PreTrainedTokenizerFast) -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer.add_special_tokens({"bos_token": "<s>"})
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.bos_token_id)]
    )
    tokenizer.chat_template = "{{ bos_token }}{% for m in messages %}[{{ m.content }}]{% endfor %}"
