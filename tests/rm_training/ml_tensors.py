"""Random tensors and gradients that the tests of the likelihood share. Knows no tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Draws from the standard normal distribution, in float64."""
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def gradient(loss: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """Of the sum of what `loss` returns."""
    (slope,) = torch.autograd.grad(loss(at.requires_grad_()).sum(), at)
    at.requires_grad_(False)
    return slope
