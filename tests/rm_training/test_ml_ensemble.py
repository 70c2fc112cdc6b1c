"""Intervals of ensembles that are as small as a few fine-tuned networks."""

from __future__ import annotations

import numpy as np
import pytest

from rm_training.ml.ensemble import intervals


@pytest.mark.parametrize("members", [2, 3, 8, 32])
def test_an_interval_holds_one_more_member_however_few_there_are(members: int) -> None:
    """With 1.96 deviations it would be 64 % of the time for two and 77 % for three."""
    drawn = np.random.default_rng(0).normal(size=(20_000, members + 1))
    _, lower, upper = intervals(drawn[:, 1:])
    held = np.mean((lower < drawn[:, 0]) & (drawn[:, 0] < upper))
    assert held == pytest.approx(0.95, abs=0.005)


def test_one_network_alone_has_no_interval() -> None:
    for found in intervals(np.array([[3.0], [-1.0]])):
        assert found.tolist() == [3.0, -1.0]
