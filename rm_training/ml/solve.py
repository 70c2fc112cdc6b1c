"""Fits many heads at once: one convex problem, solved in float64 by L-BFGS.

Heads differ in their weights over comparisons (a bootstrap draw, a fold, a fraction), their anchors
and their penalties, and share the differences of features. Memory beyond them is a few arrays of
[n, M, 3]; nothing has n x M x d entries. It knows no prompts and no files.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rm_training.ml.losses import TIE_VARIANCE, Targets, head_losses


class NotConverged(RuntimeError):
    """L-BFGS used up its iterations; the message says how far it was."""


@dataclass(frozen=True)
class Fitted:
    """M heads [d, M] and their log nu [M], None where nothing was a tie."""

    heads: Tensor
    log_tie: Tensor | None


def fit_heads(
    difference: Tensor,
    targets: Targets,
    weight: Tensor,
    *,
    penalty: Tensor,
    anchors: Tensor | None = None,
    max_iterations: int = 200,
) -> Fitted:
    """The heads, and with ties the log nu, that minimise `head_losses`.

    difference: [n, d], features of the first response minus the second's; weight: [n, M]; penalty:
    [M], positive; anchors: [d, M], zero where not given. All float64.
    """
    if anchors is None:
        anchors = difference.new_zeros(difference.shape[1], weight.shape[1])
    basis, scale = _precondition(difference, weight, penalty)
    steps = ((basis.T @ anchors) * scale).requires_grad_()
    log_tie, tie_scale = _precondition_ties(targets, weight)
    tie_steps = (log_tie * tie_scale).requires_grad_()
    optimiser = torch.optim.LBFGS(
        [steps, tie_steps] if targets.tied else [steps],
        max_iter=max_iterations,
        max_eval=4 * max_iterations,  # else so few that the line search ends the fit early
        tolerance_grad=1e-5,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def parameters() -> Fitted:
        log_tie = tie_steps / tie_scale if targets.tied else None
        return Fitted(basis @ (steps / scale), log_tie)

    def closure() -> Tensor:
        optimiser.zero_grad()
        now = parameters()
        loss = head_losses(
            difference @ now.heads, targets, weight,
            heads=now.heads, anchors=anchors, penalty=penalty, log_tie=now.log_tie,
        ).sum()  # fmt: skip
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    _check(optimiser, max_iterations)
    with torch.no_grad():
        return parameters()


def _precondition(difference: Tensor, weight: Tensor, penalty: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates in which the Hessian is near the identity: an orthogonal basis [d, d] and the
    scale [d, M] along it.

    The loss's curvature is at most a quarter of the data's second moments, with ties as without
    (Bohning and Lindsay 1988). Their eigenvectors are one basis for every head, and only the scale
    along them differs: by the head's total weight and its penalty.
    """
    values, basis = torch.linalg.eigh(_second_moments(difference, weight.mean(1, keepdim=True)))
    share = weight.sum(0) / weight.sum(0).mean()
    curvature = values.clamp(min=0)[:, None] * share / 4 + penalty
    return basis, curvature.sqrt()


def _precondition_ties(targets: Targets, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Log nu at which equal answers tie as often as all do, and its scale there, [M] each."""
    total = weight.sum(0) + 1
    share = (weight.T @ targets.outcomes[:, 1] + 0.5) / total
    curvature = total * share * (1 - share) + 1 / TIE_VARIANCE
    return (2 * share / (1 - share)).log(), curvature.sqrt()


def _second_moments(difference: Tensor, weight: Tensor) -> Tensor:
    # In chunks of rows, so that no second array as large as the data is made.
    moments = difference.new_zeros(difference.shape[1], difference.shape[1])
    chunks = max(1, len(difference) // 4096)
    for rows, weights in zip(difference.chunk(chunks), weight.chunk(chunks), strict=True):
        moments += rows.T @ (rows * weights)
    return moments


def _check(optimiser: torch.optim.LBFGS, max_iterations: int) -> None:
    done = next(iter(optimiser.state.values()))["n_iter"]
    if done >= max_iterations:
        raise NotConverged(
            f"The heads did not converge in {max_iterations} L-BFGS steps. Nothing was kept. "
            "Raise max_iterations, or look for features that are not finite."
        )
