"""The training loop of one network: that of transformers' Trainer, on packed prompts.

So several processes (torchrun, accelerate launch), bfloat16 and recomputed activations are those of
every Trainer. It knows no comparisons and no tokenizer; checkpoints are its files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PrinterCallback, Trainer, TrainingArguments

from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.encode import Prompt
from rm_training.ml.finetune.objective import Objective
from rm_training.ml.finetune.pack import pack
from rm_training.ml.finetune.progress import Listener

TIE_RATE = 0.05
"""Peak step size of log nu: one number of the order of 1, which the networks' steps hardly move."""


class LossNotFinite(RuntimeError):
    """The loss became infinite or not a number; the message names the step and what to change."""


class PreferenceTrainer(Trainer):
    """Trainer of an Objective; its examples are prompts, its batches packed rows."""

    loss_is_scaled_for_ga = False  # so the Trainer takes the mean over a step's batches

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """The objective of a batch, a scalar in nats. Raises LossNotFinite."""
        loss: torch.Tensor = model(**inputs)
        if not torch.isfinite(loss):
            raise LossNotFinite(
                f"The loss is {loss.item()} at step {self.state.global_step + 1}. Training stopped;"
                " the last checkpoint was kept. Lower the learning rate, or use float32."
            )
        return loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """The Trainer's own, with a step size and no decay for every log nu."""
        made = self.optimizer is not None
        optimizer: torch.optim.Optimizer = super().create_optimizer(model)
        assert isinstance(self.model, Objective)
        ties = self.model.log_ties
        if ties and not made:
            known = set(map(id, ties))
            for group in optimizer.param_groups:
                group["params"] = [p for p in group["params"] if id(p) not in known]
            optimizer.add_param_group({"params": ties, "lr": TIE_RATE, "weight_decay": 0.0})
        return optimizer


def train(
    objective: Objective,
    prompts: list[Prompt],
    config: FinetuneConfig,
    place: Path,
    *,
    size: int,
    seed: int,
    listener: Listener,
) -> list[float]:
    """Trains in place, from the newest checkpoint in the folder `place`; the loss of each step.

    `size`: prompts a batch; `seed`: of the order of prompts. Raises LossNotFinite, ValueError where
    a step cannot be shared out, and whatever the listener raises; checkpoints stay.
    """
    causal = objective.reward.causal
    trainer = PreferenceTrainer(
        model=objective,
        args=_arguments(config, place, size, seed),
        train_dataset=prompts,
        data_collator=lambda batch: {**pack(batch, causal=causal)},
        callbacks=[listener],
    )
    trainer.remove_callback(PrinterCallback)  # standard output is not ours
    trainer.train(resume_from_checkpoint=_last_checkpoint(place))
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def _arguments(config: FinetuneConfig, place: Path, size: int, seed: int) -> TrainingArguments:
    arguments = TrainingArguments(
        output_dir=str(place),
        seed=seed,
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
        logging_steps=1,
        disable_tqdm=True,
        # Where it writes is for the operator to say, by the variable that transformers reads.
        report_to=["tensorboard"] if os.environ.get("TENSORBOARD_LOGGING_DIR") else [],
        ddp_find_unused_parameters=False,  # every weight has a part in every loss
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
