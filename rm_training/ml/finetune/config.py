"""What a fine-tune of the whole network can be told. It knows no data, no model and no files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class FinetuneConfig:
    """Settings of one fine-tune. A prompt with all its answers is the unit that is never split."""

    seed: int = 0
    """Fixes the new head and the order of prompts: the same seed on one machine, one result."""

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
    out halves it and more batches make up the step, so the result stays the same to rounding."""

    learning_rate: float = 2e-5
    """Peak step size of AdamW; networks of 20 to 100 million weights bear three times as much."""

    warmup: float = 0.05
    """Share of the steps over which the step size rises; after it, it falls linearly to zero."""

    weight_decay: float = 0.0
    """AdamW's decay of the weights, biases and norms left out."""

    max_gradient: float = 1.0
    """Longest gradient (L2) that a step takes; longer ones are scaled down to it."""

    centring: float = 0.0
    """Weight of the squared sum of a comparison's two rewards, which pulls their mean to zero;
    0.01 is customary, 0 leaves it out (Eisenstein et al. 2023, equation 2)."""

    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the products inside the network; weights, rewards and loss are float32 either way."""

    checkpoint_activations: bool = False
    """Compute activations twice instead of keeping them: a third slower, far less memory."""

    save_every: int = 200
    """Optimiser steps between checkpoints; a run that is killed loses these at most."""

    def __post_init__(self) -> None:
        if min(self.prompts_per_step, self.prompts_per_batch, self.save_every) < 1:
            raise ValueError("Prompts a step, prompts a batch and save_every must be at least 1.")
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
