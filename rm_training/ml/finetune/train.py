"""Fine-tunes the whole network on comparisons. It knows no database; files are its checkpoints.

    comparisons = read_snapshot("snapshot.jsonl")
    config = FinetuneConfig(prompts_per_batch=8)
    tuned = finetune(base, comparisons.training(), config, place)     # resumes what `place` holds
    scores = tuned.scores(comparisons.conversations)
    result = evaluate(scores, comparisons.held_out(), TrainConfig())
    write_finetuned(folder, tuned, {"snapshot": digest, **config.as_json()})

The loop is that of transformers' Trainer, so several processes (torchrun, accelerate launch),
bfloat16 and recomputed activations are those of every Trainer. All weights are trained;
adapters (LoRA) are not offered.
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils.memory import should_reduce_batch_size
from torch import nn
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from rm_training.ml.backbone import Backbone, use_all_cores
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.encode import Prompt, encode, pack
from rm_training.ml.finetune.packed import check_packing, is_causal, packed
from rm_training.ml.loading import head_of, load_classifier
from rm_training.ml.losses import preference_loss
from rm_training.ml.render import Conversation

Progress = Callable[[int, int], None]
RUN_FILE = "run.json"
PROBED_PROMPTS = 2
SCALE_TEXTS = 2000


class LossNotFinite(RuntimeError):
    """The loss became infinite or not a number; the message names the step and what to change."""


class OutOfMemory(RuntimeError):
    """Not even one prompt with its answers fits into memory."""


class OtherRun(ValueError):
    """The folder holds checkpoints of a run with other settings or other data."""


@dataclass(frozen=True)
class FineTuned:
    """A trained network: `mean`, `std` of its reward over training texts, and how it went.

    `losses`: the mean training loss of every stretch of steps that was logged, in nats;
    `prompts_per_batch`: what memory allowed, at most what the configuration asked for.
    """

    backbone: Backbone
    mean: float
    std: float
    losses: tuple[float, ...]
    prompts_per_batch: int

    def scores(self, conversations: Sequence[Conversation]) -> Floats:
        """The reward of each conversation, [n]."""
        return _scores(self.backbone, conversations)


def finetune(
    base: str | Path,
    comparisons: Comparisons,
    config: FinetuneConfig,
    place: Path,
    *,
    progress: Progress = lambda done, total: None,
    report: Callable[[str], None] = lambda sentence: None,
) -> FineTuned:
    """Train the model of folder `base` on `comparisons`, which must be the train split alone.

    Checkpoints go to the folder `place`; one that is there already is gone on from, to the same
    result. `progress` hears of steps done and in all, `report` of memory that ran out. Raises
    ValueError where there is nothing to learn from, LossNotFinite, OutOfMemory, OtherRun, and what
    `load_classifier` and `check_packing` raise.
    """
    if not len(comparisons):
        raise ValueError("There are no comparisons to train on.")
    _claim(place, comparisons, config)
    size = config.prompts_per_batch
    while True:
        try:
            return _attempt(base, comparisons, config, place, size=size, progress=progress)
        except RuntimeError as error:
            if not should_reduce_batch_size(error):
                raise
            smaller = _smaller(size, config.prompts_per_step)
        # Out of the handler, so that the traceback no longer holds the tensors.
        gc.collect()
        torch.cuda.empty_cache()
        report(f"Memory ran out at {size} prompts a batch: going on with {smaller}.")
        size = smaller


def _smaller(size: int, step: int) -> int:
    """The largest size up to half of `size` that divides the step."""
    for smaller in range(size // 2, 0, -1):
        if step % smaller == 0:
            return smaller
    raise OutOfMemory(
        "One prompt with all its answers does not fit into memory. The last checkpoint was kept. "
        "Lower max_tokens, set checkpoint_activations, or choose a smaller backbone."
    )


def _claim(place: Path, comparisons: Comparisons, config: FinetuneConfig) -> None:
    """Write what run this folder is for, or raise OtherRun where it is for another."""
    run = json.dumps({"config": config.as_json(), "data": _digest(comparisons)}, indent=2)
    place.mkdir(parents=True, exist_ok=True)
    path = place / RUN_FILE
    if path.exists() and path.read_text(encoding="utf-8") != run:
        raise OtherRun(
            f"{place} holds a run with other settings or other comparisons. Nothing was trained: "
            "choose another folder, or remove this one."
        )
    path.write_text(run, encoding="utf-8")


def _digest(comparisons: Comparisons) -> str:
    texts = [[list(map(dict, c.messages)), c.response] for c in comparisons.conversations]
    digest = hashlib.sha256(json.dumps(texts).encode())
    for column in (comparisons.first, comparisons.second, comparisons.target, comparisons.weight):
        digest.update(column.tobytes())
    return digest.hexdigest()


def _attempt(
    base: str | Path,
    comparisons: Comparisons,
    config: FinetuneConfig,
    place: Path,
    *,
    size: int,
    progress: Progress,
) -> FineTuned:
    use_all_cores()
    torch.manual_seed(config.seed)  # the new head is drawn while loading
    model, tokenizer = load_classifier(base, config.max_tokens)
    reader = Backbone(model, tokenizer)
    tokens = reader.tokenize(comparisons.conversations)
    causal = is_causal(model)
    prompts = encode(tokens, comparisons, limit=reader.max_tokens, causal=causal)
    check_packing(model, prompts[:PROBED_PROMPTS])
    losses = _train(model, prompts, config, place, size=size, progress=progress)
    backbone = Backbone(model.train(False), tokenizer)
    mean, std = _scale(backbone, comparisons, config)
    return FineTuned(backbone, mean, std, losses, size)


def _train(
    model: PreTrainedModel,
    prompts: list[Prompt],
    config: FinetuneConfig,
    place: Path,
    *,
    size: int,
    progress: Progress,
) -> tuple[float, ...]:
    with packed(model) as reward:
        trainer = PreferenceTrainer(
            model=reward,
            args=_arguments(config, place, size),
            train_dataset=prompts,
            data_collator=lambda batch: {**pack(batch, causal=reward.causal)},
            callbacks=[Listener(progress)],
        )
        trainer.centring = config.centring
        trainer.remove_callback(PrinterCallback)  # standard output is not ours
        trainer.train(resume_from_checkpoint=_last_checkpoint(place))
    return tuple(entry["loss"] for entry in trainer.state.log_history if "loss" in entry)


class PreferenceTrainer(Trainer):
    """Trainer with the loss of preferences; its examples are prompts, its batches packed rows."""

    centring = 0.0
    loss_is_scaled_for_ga = False  # so the Trainer takes the mean over a step's batches

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """Mean over prompts of the weighted loss of their comparisons, a scalar in nats."""
        rewards = model(*(inputs[k] for k in ("input_ids", "position_ids", "read", "layout")))
        first, second = rewards[inputs["first"]], rewards[inputs["second"]]
        losses = preference_loss(first - second, inputs["target"])
        losses = losses + self.centring * (first + second) ** 2
        loss: torch.Tensor = (inputs["weight"] * losses).sum() / inputs["prompts"]
        if not torch.isfinite(loss):
            raise LossNotFinite(
                f"The loss is {loss.item()} at step {self.state.global_step + 1}. Training stopped;"
                " the last checkpoint was kept. Lower the learning rate, or use float32."
            )
        return loss


class Listener(TrainerCallback):
    """Tells `progress` of steps done and steps in all."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        self.progress(state.global_step, state.max_steps)


def _arguments(config: FinetuneConfig, place: Path, size: int) -> TrainingArguments:
    arguments = TrainingArguments(
        output_dir=str(place),
        seed=config.seed,
        use_cpu=not torch.cuda.is_available(),  # it wants to be told before it computes bfloat16
        dataloader_pin_memory=torch.cuda.is_available(),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=size,
        learning_rate=config.learning_rate,
        warmup_steps=config.warmup,  # a number below 1 is a share
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_gradient,
        bf16=config.precision == "bfloat16",
        activation_checkpointing=config.checkpoint_activations,
        save_steps=config.save_every,
        save_total_limit=2,
        logging_steps=10,
        disable_tqdm=True,
        report_to=[],
        ddp_find_unused_parameters=False,  # every weight has a part in every reward
        remove_unused_columns=False,  # it would look for columns in prompts, which have none
    )
    if arguments.n_gpu > 1:
        raise ValueError(
            f"{arguments.n_gpu} GPUs are visible to one process. Nothing was trained. Start one "
            "process a GPU with torchrun, or show one GPU with CUDA_VISIBLE_DEVICES."
        )
    batches, rest = divmod(config.prompts_per_step, size * arguments.world_size)
    if rest or not batches:
        raise ValueError(
            f"{config.prompts_per_step} prompts a step cannot be shared out as batches of {size} "
            f"to {arguments.world_size} processes. Nothing was trained. Change either number."
        )
    arguments.gradient_accumulation_steps = batches
    return arguments


def _last_checkpoint(place: Path) -> str | None:
    """The newest checkpoint that is whole: the Trainer writes its state last."""
    whole = [path.parent for path in place.glob("checkpoint-*/trainer_state.json")]
    newest = max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)
    return str(newest) if newest else None


def _scale(
    backbone: Backbone, comparisons: Comparisons, config: FinetuneConfig
) -> tuple[float, float]:
    """Mean and standard deviation of the reward over training texts, at most 2,000 of them."""
    rows = np.unique(np.concatenate([comparisons.first, comparisons.second]))
    if len(rows) > SCALE_TEXTS:
        rows = np.random.default_rng(config.seed).choice(rows, SCALE_TEXTS, replace=False)
    scores = _scores(backbone, [comparisons.conversations[row] for row in rows.tolist()])
    return float(scores.mean()), float(scores.std())


def _scores(backbone: Backbone, conversations: Sequence[Conversation]) -> Floats:
    head = head_of(backbone.model).weight.detach().cpu().numpy()[0]
    scores: Floats = backbone.embed(conversations).astype(np.float64) @ head.astype(np.float64)
    return scores
