"""What a nightly retrain can be told. It knows no data, no model and no files."""

from __future__ import annotations

from dataclasses import asdict, dataclass


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

    def as_json(self) -> dict[str, object]:
        """The fields as JSON takes them, to be stored beside what they made."""
        return asdict(self)
