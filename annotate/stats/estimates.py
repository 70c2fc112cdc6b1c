"""A number with its uncertainty, as every statistic here gives it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, or the reason why there is none.

    `value` is None exactly when `reason` is a sentence. `lower` and `upper` are None too when a
    bootstrap can't give an interval: with a single unit, or where every unit is in full agreement,
    all resamples are alike, and an interval of no width would claim a certainty that isn't there.
    `n` is what was counted: units judged at least twice, or trials of a share.
    """

    value: float | None
    lower: float | None
    upper: float | None
    n: int
    reason: str | None = None
