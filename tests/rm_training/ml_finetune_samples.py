"""Tiny networks and planted preferences that the tests of fine-tuning share. Knows no tests."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel, GPT2Config, GPT2Model, Qwen2Config, Qwen2Model

from rm_training.ml.data import Comparisons
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.place import LOCK_FILE
from rm_training.ml.finetune.tuned import FineTuned
from rm_training.ml.finetune.write import load_finetuned
from rm_training.ml.render import Conversation
from tests.rm_training.ml_samples import comparisons, tiny_llama

QUICK = FinetuneConfig(
    max_tokens=100, prompts_per_step=8, prompts_per_batch=8, learning_rate=3e-3, save_every=4
)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Products this small are slower on two threads, much slower on a busy machine."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny(family: str, folder: Path) -> Path:
    """A random two-layer model of a family with the byte tokenizer of `tiny_llama`."""
    tiny_llama(folder)
    size: dict[str, Any] = {
        "vocab_size": 258, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    }  # fmt: skip
    torch.manual_seed(0)
    if family == "qwen":
        shared_keys: dict[str, Any] = {"num_attention_heads": 4, "num_key_value_heads": 2}
        Qwen2Model(Qwen2Config(**size, **shared_keys)).save_pretrained(folder)
    if family == "gpt2":
        GPT2Model(
            GPT2Config(vocab_size=258, n_embd=32, n_layer=2, n_head=2, n_positions=128)
        ).save_pretrained(folder)
    if family == "bert":
        BertModel(
            BertConfig(**size, num_attention_heads=2, max_position_embeddings=128)
        ).save_pretrained(folder)
    return folder


def planted(prompts: int, seed: int = 0) -> Comparisons:
    """Two answers a prompt; the one with more exclamation marks is better."""
    rng = np.random.default_rng(seed)
    marks = np.array([rng.choice(6, 2, replace=False) for _ in range(prompts)])
    texts = [f"{'so' * rng.integers(1, 4)} {'!' * m}{'.' * (5 - m)} end" for m in marks.ravel()]
    first = np.arange(0, 2 * prompts, 2)
    return comparisons(first, first + 1, marks[:, 0] > marks[:, 1], texts=texts)


def accuracy(tuned: FineTuned, data: Comparisons) -> float:
    scores = tuned.scores(data.conversations)
    return float((np.sign(scores[data.first] - scores[data.second]) == 2 * data.target - 1).mean())


def members_of(tuned: FineTuned, texts: Sequence[Conversation]) -> NDArray[np.float64]:
    """Every member's reward of each text, [n, M]."""
    members = [load_finetuned(folder) for folder in tuned.folders] or [tuned]
    return np.stack([member.scores(texts) for member in members], axis=1)


def state(tuned: FineTuned) -> dict[str, NDArray[np.float32]]:
    return {name: x.numpy() for name, x in tuned.backbone.model.state_dict().items()}


@contextmanager
def in_use(place: Path) -> Iterator[None]:
    """The folder of a fine-tune, locked as another process would."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
