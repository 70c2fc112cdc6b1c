"""What a nightly retrain can be told. It knows no data, no model and no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Literal

Strength = Literal["ignore", "margin", "scale"]


@dataclass(frozen=True)
class TrainConfig:
    """Settings of one retrain. The defaults are the ones the product uses.

    The penalty's strength is not here: cross-validation on the train split chooses it from
    `penalties`, each a multiple of the number of features.
    """

    heads: int = 8
    """How many linear heads the ensemble has; its spread is the uncertainty, so at least two."""

    seed: int = 0
    """Fixes bootstrap, anchors, folds and resamples: the same seed gives the same scores."""

    max_tokens: int = 256
    """Tokens of prompt and response the backbone reads; a longer text loses its oldest tokens."""

    folds: int = 5
    """Prompt-disjoint folds of the train split between which the penalty is chosen."""

    penalties: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
    """Candidate penalties, in multiples of the number of features (a penalty of 1 says: before any
    data, the log-odds of two typical responses have a standard deviation of about one)."""

    strength: Strength = "ignore"
    """What the strength of a preference, 1 to 3, does: nothing; it is the margin by which rewards
    should differ (Llama 2); or the comparison counts so many times (HelpSteer2-Preference). Unknown
    strength is no margin, and counts once."""

    label_smoothing: float = 0.0
    """The share of judgments taken to be the wrong way round (conservative DPO)."""

    combine: Literal["overall", "learned"] | Mapping[str, float] = "overall"
    """What the reward is made of: the overall judgments; the criteria, weighted as the overall
    judgments say; or the criteria with these weights, each for a standard deviation of the
    criterion's reward."""

    max_iterations: int = 200
    """Upper limit on L-BFGS steps; a fit takes 10 to 40, so reaching it means trouble."""

    resamples: int = 2000
    """Bootstrap resamples of the evaluation prompts behind every interval."""

    def __post_init__(self) -> None:
        if self.heads < 2:
            raise ValueError(f"An ensemble needs at least 2 heads, not {self.heads}.")
        if self.folds < 2:
            raise ValueError(f"Cross-validation needs at least 2 folds, not {self.folds}.")
        if not self.penalties or min(self.penalties) <= 0:
            raise ValueError(f"Penalties must be positive numbers, not {self.penalties}.")
        if self.strength not in ("ignore", "margin", "scale"):
            raise ValueError(f"Strength is ignore, margin or scale, not {self.strength!r}.")
        if not 0 <= self.label_smoothing < 0.5:
            raise ValueError(
                f"Label smoothing must be at least 0 and below 1/2, not {self.label_smoothing}."
            )
        self._check_combine()

    def _check_combine(self) -> None:
        if isinstance(self.combine, str):
            if self.combine not in ("overall", "learned"):
                raise ValueError(
                    "The reward is made of “overall”, “learned” or a weight for each criterion, "
                    f"not {self.combine!r}."
                )
        elif not any(self.combine.values()) or not all(map(isfinite, self.combine.values())):
            raise ValueError(
                f"Weights of criteria must be finite and not all 0, not {dict(self.combine)}."
            )

    def as_json(self) -> dict[str, object]:
        """The fields as JSON takes them, to be stored beside what they made."""
        return asdict(self)
