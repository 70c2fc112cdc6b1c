"""What a fine-tune of the whole network can be told. It knows no data, no model and no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ObjectiveConfig:
    """What the loss is made of; `objective.Objective` has the formulas."""

    label_smoothing: float = 0.0
    """Share of judgments taken to be the wrong way round."""

    strength: Literal["ignore", "margin", "scale"] = "ignore"
    """What the strength of a preference, 1 to 3, does: nothing; it is the margin by which rewards
    must lie apart (Llama 2); it is the weight of the comparison (scaled Bradley-Terry)."""

    centring: float = 0.0
    """Weight of the squared sum of a comparison's two rewards, which pulls their mean to zero;
    0.01 is customary, 0 leaves it out (Eisenstein et al. 2023, equation 2)."""

    length_penalty: float = 0.0
    """Weight of what separates length from quality (ODIN, whose weights are 1); 0 leaves it out."""

    contrastive: float = 0.0
    """Weight of the contrastive loss on the features of answers; 0 leaves it out."""

    def __post_init__(self) -> None:
        if not 0 <= self.label_smoothing < 0.5:
            raise ValueError(
                f"Label smoothing must be at least 0 and below 1/2, not {self.label_smoothing}."
            )
        if self.strength not in ("ignore", "margin", "scale"):
            raise ValueError(f"Strength is ignore, margin or scale, not {self.strength!r}.")
        if min(self.centring, self.length_penalty, self.contrastive) < 0:
            raise ValueError("Weights of parts of the loss must not be negative.")


@dataclass(frozen=True)
class FinetuneConfig:
    """Settings of one fine-tune. A prompt with all its answers is the unit that is never split."""

    seed: int = 0
    """Fixes the new head and the orders of prompts: the same seed on one machine, one result."""

    max_tokens: int = 512
    """Tokens of prompt and response that are read; a longer text loses its oldest tokens."""

    epochs: float = 1.0
    """How often every prompt is seen; reward models overfit from the second time on."""

    max_steps: int | None = None
    """Optimiser steps after which training ends, in place of `epochs` where it is given."""

    prompts_per_step: int = 32
    """Prompts behind one optimiser step, over all batches and devices."""

    prompts_per_batch: int = 8
    """Prompts that one device holds at once; it must divide `prompts_per_step`. Memory that runs
    out halves it and more batches make up the step, so the result stays the same to rounding: but
    for the length penalty and the contrastive loss, which look at all answers of a batch."""

    learning_rate: float = 2e-5
    """Peak step size of AdamW; networks of 20 to 100 million weights bear three times as much."""

    warmup: float = 0.05
    """Share of the steps over which the step size rises; after it, it falls linearly to zero."""

    weight_decay: float = 0.0
    """AdamW's decay of the weights, biases and norms left out."""

    max_gradient: float = 1.0
    """Longest gradient (L2) that a step takes; longer ones are scaled down to it."""

    objective: ObjectiveConfig = ObjectiveConfig()
    """The parts of the loss."""

    members: int = 1
    """Networks that are trained one after another and averaged in their weights (WARM, Rame et al.
    2024, arXiv:2401.12187); they differ in the order of prompts and share the new head's draw."""

    bootstrap: bool = False
    """Whether each member is trained on its own draw of prompts, with replacement."""

    lora_rank: int | None = None
    """Rank of the adapters that are trained in place of the linear layers' weights (LoRA, Hu et al.
    2021), with the head whole; it bears ten times the step size. None trains all weights."""

    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the products inside the network; weights, rewards and loss are float32 either way."""

    checkpoint_activations: bool = False
    """Compute activations twice instead of keeping them: a third slower, far less memory."""

    save_every: int = 200
    """Optimiser steps between checkpoints, of which one process also writes one every ten minutes;
    a run that is killed loses what came after the last."""

    def __post_init__(self) -> None:
        counts = (self.prompts_per_step, self.prompts_per_batch, self.save_every, self.members)
        if min(*counts, 1 if self.lora_rank is None else self.lora_rank) < 1:
            raise ValueError(
                "Prompts a step and a batch, save_every, members and the rank must be at least 1."
            )
        if self.prompts_per_step % self.prompts_per_batch:
            raise ValueError(
                f"{self.prompts_per_step} prompts a step are no whole number of batches of "
                f"{self.prompts_per_batch}. Choose a batch that divides the step."
            )
        if not self.learning_rate > 0:
            raise ValueError(f"The learning rate must be positive, not {self.learning_rate}.")
        if self.precision not in ("float32", "bfloat16"):
            raise ValueError(f"The precision is float32 or bfloat16, not {self.precision!r}.")

    def as_json(self) -> dict[str, object]:
        """The fields as JSON takes them, to be stored beside what they made."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> FinetuneConfig:
        """What `as_json` gave; fields that are left out have their defaults.

        Raises TypeError at a field that there is not, ValueError at a value that cannot be.
        """
        objective = ObjectiveConfig(**fields.get("objective", {}))
        return cls(**{**fields, "objective": objective})
