"""What both tiers hand to the evaluation and the gate: rewards, and a way to write the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rm_training.ml.data import Floats
from rm_training.ml.evaluate import CurvePoint
from rm_training.ml.render import Conversation


@dataclass(frozen=True)
class Trained:
    """A model that was just trained.

    `rewards` [m]: of the dataset's texts, and `score` of others; `log_tie`: log nu, None without
    ties. `write` makes the model's folder and adds what it is given to its tiebreak.json; `done` is
    called once all is stored. `heads` is how many heads or networks stand behind an interval.
    `curve` and `suspects` are empty and None where they were not made. `own`: figures that only
    this tier has, for the run's page.
    """

    rewards: Floats
    score: Callable[[Sequence[Conversation]], Floats]
    write: Callable[[Path, Mapping[str, object]], None]
    digest: str
    heads: int
    seed: int
    log_tie: float | None = None
    done: Callable[[], None] = lambda: None
    curve: Sequence[CurvePoint] = ()
    suspects: Sequence[Mapping[str, Any]] | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
