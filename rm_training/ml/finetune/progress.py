"""What a fine-tune tells of itself while it goes on. It knows no model and no data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

SECONDS_BETWEEN_SAVES = 600.0


@dataclass(frozen=True)
class Progress:
    """Where a fine-tune stands after an optimiser step.

    `step` of `steps` of member number `member` (from 0) of `members`; `loss` of that step, in nats;
    `learning_rate`: its step size; `pairs_per_second`: comparisons, since this process began with
    the member; `seconds_left`: of training, members to come included, at that speed.
    """

    step: int
    steps: int
    loss: float
    learning_rate: float
    pairs_per_second: float
    seconds_left: float
    member: int
    members: int


Hear = Callable[[Progress], None]
"""Called after every step. What it raises ends the training, and the last checkpoint stays."""


class Listener(TrainerCallback):
    """Tells `hear` of every step, and asks for a checkpoint where the last one is too long ago."""

    def __init__(
        self, hear: Hear, *, pairs_per_step: float = 0.0, member: int = 0, members: int = 1
    ) -> None:
        self.hear = hear
        self.pairs_per_step = pairs_per_step
        self.member, self.members = member, members
        self.first = 0
        self.begun = self.saved = monotonic()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.first = state.global_step
        self.begun = self.saved = monotonic()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        if logs and "loss" in logs:  # the last entry of a run sums it up instead
            self.hear(self._progress(state, logs))

    def _progress(self, state: TrainerState, logs: dict[str, float]) -> Progress:
        speed = (state.global_step - self.first) / max(monotonic() - self.begun, 1e-9)
        to_come = state.max_steps * (self.members - self.member) - state.global_step
        return Progress(
            step=state.global_step,
            steps=state.max_steps,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            pairs_per_second=self.pairs_per_step * speed,
            seconds_left=to_come / speed,
            member=self.member,
            members=self.members,
        )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        # Several processes must save together, and their clocks differ.
        if args.world_size == 1 and monotonic() - self.saved > SECONDS_BETWEEN_SAVES:
            control.should_save = True

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.saved = monotonic()
