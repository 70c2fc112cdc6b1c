"""The reward model's two tiers and its embeddings, beside TRL and sentence-transformers.

Fine-tuning: the same weights, tokens, batches, steps and precision go to our trainer and to TRL's
RewardTrainer, on transcripts whose two answers share their turns (HH harmless, in the folder that
REAL_DATA names). Time runs from the end of the first step to the end of the last, so loading,
tokenising and the first batch's warm-up are left out on both sides; the least of the runs counts.
The decoder is small, Qwen2's architecture with random weights and a tokenizer trained on the texts;
accuracy is that of fine-tuned MiniLM on prompts left out, the difference paired by prompt.

Nightly: the heads of 100,000 comparisons on cached features that were drawn at random, in a process
of its own. Embedding: texts a second, the same weights, texts and precision.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from annotate.formats import Record, read
from bench.costs import seconds
from bench.figures import figure
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.render import Conversation

ROOT = Path(__file__).resolve().parent.parent
HARMLESS = "hh/harmless-base-test.jsonl.gz"
TRL = "trl RewardTrainer"
ENCODE = "sentence-transformers encode"
BATCH = 8
MAX_TOKENS = 512


def run(*, quick: bool) -> None:
    if "REAL_DATA" not in os.environ:
        raise SystemExit("Set REAL_DATA to the folder with the recorded judgments.")
    comparisons = harmless(Path(os.environ["REAL_DATA"]))
    with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as name:
        folder = Path(name)
        _speed(comparisons, folder, steps=2 if quick else 10, times=1 if quick else 2)
        _accuracy(comparisons, folder, train=16 if quick else 480, test=32 if quick else 1_000)
    _embedding(comparisons, texts=48 if quick else 512, times=1 if quick else 3)
    _nightly(10_000 if quick else 100_000)


def harmless(folder: Path) -> Comparisons:
    """Every HH harmless pair, the chosen answer first; pairs of equal turns share a prompt."""
    with (folder / HARMLESS).open("rb") as stream:
        records = [item for item in read(stream, name=HARMLESS) if isinstance(item, Record)]
    turns = [
        tuple({"role": m["role"], "content": m["content"]} for m in record.messages)
        for record in records
    ]
    number: dict[str, int] = {}
    prompt = np.array([number.setdefault(json.dumps(t), len(number)) for t in turns])
    n = len(records)
    return Comparisons(
        conversations=tuple(
            Conversation(turn, answer.text)
            for turn, record in zip(turns, records, strict=True)
            for answer in record.responses
        ),
        first=np.arange(0, 2 * n, 2),
        second=np.arange(1, 2 * n, 2),
        target=np.ones(n),
        tie=np.zeros(n),
        strength=np.zeros(n),
        weight=np.ones(n),
        prompt=prompt,
        evaluation=np.zeros(n, np.bool_),
        task=np.arange(n),
        row_prompt=np.repeat(prompt, 2),
        groups=("",) * len(number),
    )


@dataclass(frozen=True)
class Trained:
    """What one training run gave: seconds of wall and of CPU time for so many pairs, and scores."""

    pairs: int
    wall_s: float
    cpu_s: float
    scores: Callable[[Sequence[Conversation]], Floats]


class Clock:
    """Notes the wall and the CPU time at the end of every step."""

    def __init__(self) -> None:
        self.ends: list[tuple[float, float]] = []

    def tick(self, *_: object) -> None:
        self.ends.append((time.perf_counter(), time.process_time()))

    def trained(self, scores: Callable[[Sequence[Conversation]], Floats]) -> Trained:
        (wall, cpu), (end, end_cpu) = self.ends[0], self.ends[-1]
        return Trained((len(self.ends) - 1) * BATCH, end - wall, end_cpu - cpu, scores)


def _speed(comparisons: Comparisons, folder: Path, *, steps: int, times: int) -> None:
    base = _decoder(folder / "decoder", comparisons)
    data = _readable(base, comparisons, steps * BATCH)
    runs = [
        (_ours(base, data, folder / f"ours{i}"), _trl(base, data, folder / f"trl{i}"))
        for i in range(times)
    ]
    ours, trl = (min(side, key=lambda r: r.wall_s) for side in zip(*runs, strict=True))
    _rates("finetune_over_trl", ours, trl)
    gap = np.abs(ours.scores(data.conversations) - trl.scores(data.conversations)).max()
    figure("reward", "finetune_reward_gap", float(gap), "reward", n=2 * len(data))


def _accuracy(comparisons: Comparisons, folder: Path, *, train: int, test: int) -> None:
    from rm_training.ml.backbone import default_backbone_path
    from rm_training.ml.evaluate import accuracy_columns, margins
    from rm_training.ml.intervals import interval

    base = default_backbone_path()
    data = _readable(base, comparisons, train)
    unseen = comparisons.where(~np.isin(comparisons.prompt, data.prompt))
    unseen = _compact(unseen.where(np.arange(len(unseen)) < test))
    sides = [_ours(base, data, folder / "ours"), _trl(base, data, folder / "trl")]
    both = [
        accuracy_columns(margins(side.scores(unseen.conversations), unseen), unseen)
        for side in sides
    ]
    columns = np.hstack(both)
    accuracy = [float(c[:, 0].sum() / c[:, 1].sum()) for c in both]
    found = interval(
        columns, unseen.prompt, lambda s: (s[:, 0] - s[:, 2]) / s[:, 1], resamples=2000, seed=0
    )
    name, n = "finetune_accuracy_minus_trl", len(unseen)
    for suffix, value in [("", found.value), ("_lower", found.lower), ("_upper", found.upper)]:
        assert value is not None
        figure("reward", name + suffix, value, "accuracy", n=n)
    figure(
        "reward", "finetune_accuracy", accuracy[0], "accuracy", n=n, peer=TRL,
        peer_value=accuracy[1],
    )  # fmt: skip
    _rates("finetune_encoder_over_trl", *sides)


def _rates(name: str, ours: Trained, trl: Trained) -> None:
    """Pairs a second of wall and of CPU time. Threads that wait for each other burn CPU time, so on
    a busy machine only the second one says something, with OMP_NUM_THREADS=1."""
    for suffix, of in [("", "wall_s"), ("_cpu", "cpu_s")]:
        rate, peer = (side.pairs / getattr(side, of) for side in (ours, trl))
        figure("reward", name + suffix, rate, "pairs/s", n=ours.pairs, peer=TRL, peer_value=peer)


def _decoder(folder: Path, comparisons: Comparisons) -> Path:
    """A Qwen2 of 16 million random weights, its tokenizer trained on the answers."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2Model

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8192,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator((c.response for c in comparisons.conversations), trainer)
    special = {"eos_token": "<end>", "pad_token": "<pad>"}
    wrapped: Any = PreTrainedTokenizerFast  # its class is not annotated
    wrapped(tokenizer_object=raw, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=8192, hidden_size=384, intermediate_size=1024, num_hidden_layers=8,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=2048,
    )  # fmt: skip
    Qwen2Model(config).save_pretrained(folder)
    return folder


def _tokens(base: Path, conversations: Sequence[Conversation]) -> tuple[Any, list[Any]]:
    """The model as it is before training, with its tokenizer, and every conversation's tokens."""
    import torch

    from rm_training.ml.backbone import Backbone
    from rm_training.ml.loading import load_classifier

    torch.manual_seed(0)
    backbone = Backbone(*load_classifier(base, MAX_TOKENS))
    return backbone, backbone.tokenize(conversations)


def _readable(base: Path, comparisons: Comparisons, pairs: int) -> Comparisons:
    """The first pairs whose answers are read whole (TRL leaves others out), a prompt each."""
    _, tokens = _tokens(base, comparisons.conversations)
    short = np.array([len(t) < MAX_TOKENS for t in tokens])
    alone = np.zeros(len(comparisons), np.bool_)
    alone[np.unique(comparisons.prompt, return_index=True)[1]] = True
    kept = np.flatnonzero(alone & short[comparisons.first] & short[comparisons.second])[:pairs]
    return _compact(comparisons.where(np.isin(np.arange(len(comparisons)), kept)))


def _compact(comparisons: Comparisons) -> Comparisons:
    """The same comparisons over a table of their own texts alone."""
    rows = np.concatenate([comparisons.first, comparisons.second])
    n = len(comparisons)
    return replace(
        comparisons,
        conversations=tuple(comparisons.conversations[row] for row in rows.tolist()),
        first=np.arange(n),
        second=np.arange(n, 2 * n),
        row_prompt=comparisons.row_prompt[rows],
    )


def _ours(base: Path, data: Comparisons, place: Path) -> Trained:
    from rm_training.ml.finetune.config import FinetuneConfig
    from rm_training.ml.finetune.train import finetune

    clock = Clock()
    config = FinetuneConfig(
        max_tokens=MAX_TOKENS, prompts_per_step=BATCH, prompts_per_batch=BATCH,
        learning_rate=5e-5, save_every=10_000,
    )  # fmt: skip
    return clock.trained(finetune(base, data, config, place, progress=clock.tick).scores)


def _trl(base: Path, data: Comparisons, place: Path) -> Trained:
    """TRL's trainer on the same tokens; all it is told beside its defaults is what ours is told."""
    import datasets
    from transformers import PrinterCallback, TrainerCallback
    from trl import (  # type: ignore[attr-defined] # trl exports its names lazily
        RewardConfig,
        RewardTrainer,
    )

    from rm_training.ml.finetune.tuned import scores_of

    class Ticker(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            clock.tick()

    clock = Clock()
    backbone, tokens = _tokens(base, data.conversations)
    columns = {
        "chosen_ids": [tokens[row].tolist() for row in data.first],
        "rejected_ids": [tokens[row].tolist() for row in data.second],
    }
    trainer = RewardTrainer(
        model=backbone.model,
        processing_class=backbone.tokenizer,
        args=RewardConfig(
            output_dir=str(place), seed=0, num_train_epochs=1, per_device_train_batch_size=BATCH,
            learning_rate=5e-5, warmup_steps=0.05, max_length=MAX_TOKENS, bf16=False,
            gradient_checkpointing=False, use_cpu=True, dataloader_pin_memory=False,
            save_strategy="no", report_to=[], disable_tqdm=True,
        ),
        train_dataset=datasets.Dataset.from_dict(columns),
        callbacks=[Ticker()],
    )  # fmt: skip
    trainer.remove_callback(PrinterCallback)  # standard output holds figures alone
    trainer.train()
    backbone.model.eval()
    return clock.trained(partial(scores_of, backbone))


def _embedding(comparisons: Comparisons, *, texts: int, times: int) -> None:
    from sentence_transformers import SentenceTransformer

    from rm_training.ml.backbone import Backbone, default_backbone_path
    from rm_training.ml.render import render

    some = comparisons.conversations[:texts]
    backbone = Backbone.load(default_backbone_path())
    rendered = [render(backbone.tokenizer, conversation) for conversation in some]
    peer = SentenceTransformer(str(default_backbone_path()), device="cpu")
    peer.max_seq_length = backbone.max_tokens
    ours = seconds(lambda: backbone.embed(some), times)
    theirs = seconds(lambda: peer.encode(rendered, batch_size=32, show_progress_bar=False), times)
    name = "embed_over_sentence_transformers"
    for suffix, took, peer_took in zip(("", "_cpu"), ours, theirs, strict=True):
        figure(
            "reward", name + suffix, texts / took, "texts/s", n=texts, peer=ENCODE,
            peer_value=texts / peer_took,
        )  # fmt: skip


def _nightly(comparisons: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"from bench.reward import nightly; nightly({comparisons})"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    figure("reward", "nightly_100k_s", found["seconds"], "s", n=comparisons)
    figure("reward", "nightly_100k_mb", found["mb"], "MB", n=comparisons)


def nightly(comparisons: int, size: int = 384) -> None:
    """Train the heads and print seconds and the process's peak memory, as JSON."""
    from rm_training.ml.backbone import use_all_cores
    from rm_training.ml.config import TrainConfig
    from rm_training.ml.train import train_heads

    use_all_cores()
    n, rng = comparisons, np.random.default_rng(0)
    features = rng.standard_normal((2 * n, size), dtype=np.float32)
    head = rng.standard_normal(size, dtype=np.float32) / size**0.5
    margin = (features[:n] - features[n:]) @ head
    data = Comparisons(
        conversations=(Conversation((), ""),) * (2 * n),
        first=np.arange(n),
        second=np.arange(n, 2 * n),
        target=(rng.random(n) < 1 / (1 + np.exp(-margin))).astype(np.float64),
        tie=np.zeros(n),
        strength=np.zeros(n),
        weight=np.ones(n),
        prompt=np.arange(n) // 2,
        evaluation=np.zeros(n, np.bool_),
        task=np.arange(n),
        row_prompt=np.tile(np.arange(n) // 2, 2),
        groups=("",) * n,
    )
    start = time.perf_counter()
    train_heads(features, data, TrainConfig())
    took = time.perf_counter() - start
    # Not getrusage: its maximum is that of the process that started this one, too.
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    print(json.dumps({"seconds": took, "mb": peak}))
