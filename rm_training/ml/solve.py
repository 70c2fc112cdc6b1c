"""Fits many heads at once: one convex problem, solved in float64 by L-BFGS.

Heads differ in their weights over judgments (a bootstrap draw, a fold, a fraction), their anchors
and their penalties, and share the features. Memory beyond them is a few arrays of [n, M, 3], and of
[R, M, 2^k] for tasks of k answers that are learnt whole; nothing has n x M x d entries. It knows no
prompts and no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rm_training.ml.losses import TIE_VARIANCE, Rewards, Targets, head_losses
from rm_training.ml.rankings import WeakOrders


class NotConverged(RuntimeError):
    """L-BFGS used up its iterations; the message says how far it was."""


@dataclass(frozen=True)
class Design:
    """The features of n pairs and some whole tasks.

    `difference` [n, d]: of pairs, the first response's less the second's. `answers` [a, d]: of the
    answers of whole tasks, each once; `places`: their rows in it, [R, k] for each k.
    """

    difference: Tensor
    answers: Tensor
    places: tuple[Tensor, ...] = ()

    def rewards(self, heads: Tensor) -> Rewards:
        """What heads [d, M] make of them."""
        answers = (self.answers @ heads).T
        return Rewards(self.difference @ heads, tuple(answers[:, place] for place in self.places))


@dataclass(frozen=True)
class Fitted:
    """M heads [d, M] and their log nu [T - 1, M] of ties of 2, 3, ..., T answers; None where
    nothing was a tie."""

    heads: Tensor
    log_tie: Tensor | None

    @property
    def pair_tie(self) -> float | None:
        """The mean log nu of two answers."""
        return None if self.log_tie is None else float(self.log_tie[0].mean())


def fit_heads(
    design: Design,
    targets: Targets,
    weight: Tensor,
    *,
    penalty: Tensor,
    anchors: Tensor | None = None,
    max_iterations: int = 200,
) -> Fitted:
    """The heads, and with ties the log nu, that minimise `head_losses`.

    weight: [judgments, M], pairs first; penalty: [M], positive; anchors: [d, M], zero where not
    given. All float64.
    """
    if anchors is None:
        anchors = design.difference.new_zeros(design.difference.shape[1], weight.shape[1])
    basis, scale = _precondition(design, targets.orders, weight, penalty)
    steps = ((basis.T @ anchors) * scale).requires_grad_()
    log_tie, tie_scale = _precondition_ties(targets, weight)
    tie_steps = (log_tie * tie_scale).requires_grad_()
    tied = len(tie_steps) > 0
    optimiser = torch.optim.LBFGS(
        [steps, tie_steps] if tied else [steps],
        max_iter=max_iterations,
        max_eval=4 * max_iterations,  # else so few that the line search ends the fit early
        tolerance_grad=1e-5,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def parameters() -> Fitted:
        log_tie = tie_steps / tie_scale if tied else None
        return Fitted(basis @ (steps / scale), log_tie)

    def closure() -> Tensor:
        optimiser.zero_grad()
        now = parameters()
        loss = head_losses(
            design.rewards(now.heads), targets, weight,
            heads=now.heads, anchors=anchors, penalty=penalty, log_tie=now.log_tie,
        ).sum()  # fmt: skip
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    _check(optimiser, max_iterations)
    with torch.no_grad():
        return parameters()


def _precondition(
    design: Design, orders: tuple[WeakOrders, ...], weight: Tensor, penalty: Tensor
) -> tuple[Tensor, Tensor]:
    """Coordinates in which the Hessian is near the identity: an orthogonal basis [d, d] and the
    scale [d, M] along it.

    The loss's curvature is at most a quarter of the second moments of pairs, with ties as without
    (Bohning and Lindsay 1988). Their eigenvectors are one basis for every head, and only the scale
    along them differs: by the head's total weight and its penalty.
    """
    values, basis = torch.linalg.eigh(_second_moments(design, orders, weight.mean(1)))
    share = weight.sum(0) / weight.sum(0).mean()
    curvature = values.clamp(min=0)[:, None] * share / 4 + penalty
    return basis, curvature.sqrt()


def _precondition_ties(targets: Targets, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Log nu with which equal answers tie as often as all do, and its scale there, [T - 1, M]."""
    share = ((targets.ties + 0.5) / (targets.choices.sum() + 1)).clamp(max=0.99)[:, None]
    a_judgment = targets.choices.sum() / len(weight)
    curvature = (a_judgment * weight.sum(0) + 1) * share * (1 - share) + 1 / TIE_VARIANCE
    return targets.equal_log_tie()[:, None].expand_as(curvature), curvature.sqrt()


def _second_moments(design: Design, orders: tuple[WeakOrders, ...], weight: Tensor) -> Tensor:
    """[d, d], of judgments with weights [judgments]."""
    size = design.difference.shape[1]
    moments = design.difference.new_zeros(size, size)
    for rows, weights in _pairs(design, orders, weight):
        moments += rows.T @ (rows * weights[:, None])
    return moments


def _pairs(
    design: Design, orders: tuple[WeakOrders, ...], weight: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Differences of features, and how much each is worth, in parts of some thousand: so that no
    second array as large as the data is made.

    Where rewards are equal, a choice between m answers has the curvature of their pairs with 1/m^2
    each, a pair that of itself with 1/4.
    """
    n = len(design.difference)
    yield from zip(_parts(design.difference), _parts(weight[:n]), strict=True)
    rest = weight[n:]
    for places, whole in zip(design.places, orders, strict=True):
        own, rest = rest[: len(places)], rest[len(places) :]
        yield from _pairs_of(design.answers, places, own, whole)


def _pairs_of(
    answers: Tensor, places: Tensor, weight: Tensor, orders: WeakOrders
) -> Iterator[tuple[Tensor, Tensor]]:
    """Of tasks of k answers, pair by pair."""
    sets = orders.sets
    member = (sets.share > 0).double()
    for i, j in torch.combinations(torch.arange(places.shape[1])).tolist():
        worth = orders.left @ (4 * member[:, i] * member[:, j] / sets.size**2)
        for at, own in zip(_parts(places), _parts(weight * worth), strict=True):
            yield answers[at[:, i]] - answers[at[:, j]], own


def _parts(rows: Tensor) -> Sequence[Tensor]:
    return torch.split(rows, 4096)


def _check(optimiser: torch.optim.LBFGS, max_iterations: int) -> None:
    done = next(iter(optimiser.state.values()))["n_iter"]
    if done >= max_iterations:
        raise NotConverged(
            f"The heads did not converge in {max_iterations} L-BFGS steps. Nothing was kept. "
            "Raise max_iterations, or look for features that are not finite."
        )
