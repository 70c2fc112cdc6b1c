"""A head for each criterion, and their combination into one reward. It knows no text and no files.

Each criterion has an ensemble of its own over the same features, fitted to the comparisons where it
was asked. All are linear in the same features, so a weighted sum of them is an ensemble of linear
heads again, member by member. ArmoRM (Wang et al. 2024, arXiv:2406.12845) predicts attributes from
frozen features in the same way, and weighs them by a gate that reads the prompt; here the weights
are few and the same for every prompt, so that a person can read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.optimize import minimize

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Dataset, Floats, Ints
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.evaluate import Evaluation, evaluate
from rm_training.ml.losses import TIE_VARIANCE
from rm_training.ml.train import (
    Features,
    Problem,
    compared,
    design_of,
    ensemble_of,
    train_heads,
)
from rm_training.ml.units import targets_of, units_of

MIN_COMPARISONS = 50
"""To learn a criterion from: with fewer, each of five folds leaves fewer than ten to judge by."""
OVERALL = "The reward is learnt from the overall comparisons"


@dataclass(frozen=True)
class CriteriaHeads:
    """Ensembles by criterion, and what they make together.

    `left_out`: why a criterion has no ensemble, by name. `combined`: the sum over criteria of
    weight x reward / standard deviation of the reward, None where the reward is to be that of the
    overall comparisons; then `weights` is empty. `sentence`: how the weights came about, or why
    there are none.
    """

    ensembles: Mapping[str, HeadEnsemble]
    left_out: Mapping[str, str]
    weights: Mapping[str, float]
    sentence: str
    combined: HeadEnsemble | None


def fit_criteria(features: Features, dataset: Dataset, config: TrainConfig) -> CriteriaHeads:
    """Train on features [m, d] of the dataset's texts; of its comparisons, the train split alone.

    Heads of two criteria asked on the same prompts share their bootstrap and anchors: the spread of
    the combination's members has in it what the criteria have in common. What is not known about
    the weights is not in it.
    """
    train, left_out = learnable(dataset)
    ensembles: dict[str, HeadEnsemble] = {}
    for name, comparisons in train.items():
        trained = train_heads(features, comparisons, config)
        if trained.std > 0:
            ensembles[name] = trained
        else:
            left_out[name] = "the features tell no answer from another"
    alone = CriteriaHeads(ensembles, left_out, {}, "", None)
    problem = _no_combination(alone, config)
    if problem is not None:
        return replace(alone, sentence=f"{OVERALL}{problem}.")
    return _combine(alone, features, dataset, config)


def learnable(dataset: Dataset) -> tuple[dict[str, Comparisons], dict[str, str]]:
    """The train splits of the criteria that can be learnt from, and why the others cannot, by
    name."""
    train = {name: comparisons.training() for name, comparisons in dataset.criteria.items()}
    left_out = {name: why for name, own in train.items() if (why := _too_little(own))}
    return {name: own for name, own in train.items() if name not in left_out}, left_out


def without_head(left_out: Mapping[str, str]) -> list[str]:
    """A sentence for each criterion that has no head, from why it has none."""
    return [f"No head for “{name}”: {why}" for name, why in left_out.items()]


def _too_little(train: Comparisons) -> str | None:
    """Why there is too little to learn from, if there is."""
    if len(train) < MIN_COMPARISONS:
        return f"{len(train)} comparisons to learn from; it takes {MIN_COMPARISONS}"
    if (train.target == 0.5).all():
        return "its comparisons favour no answer"
    return None


def evaluate_criteria(
    found: CriteriaHeads, features: Features, dataset: Dataset, config: TrainConfig
) -> dict[str, Evaluation]:
    """Each criterion's rewards on its own held-out comparisons, by name."""
    return {
        name: evaluate(
            ensemble.members(features).mean(1),
            dataset.criteria[name].held_out(),
            config,
            log_tie=ensemble.log_tie,
        )
        for name, ensemble in found.ensembles.items()
    }


def _no_combination(found: CriteriaHeads, config: TrainConfig) -> str | None:
    """Why the reward is that of the overall comparisons, if it is: the end of a sentence."""
    if config.combine == "overall":
        return ""
    if config.combine == "learned":
        return None if found.ensembles else ": no criterion has a head"
    missing = [name for name in config.combine if name not in found.ensembles]
    if missing:
        named = ", ".join(f"“{name}” ({found.left_out.get(name, 'unknown')})" for name in missing)
        return f": a weight is given to criteria without a head: {named}"
    return None


def _combine(
    found: CriteriaHeads, features: Features, dataset: Dataset, config: TrainConfig
) -> CriteriaHeads:
    overall = dataset.overall.training()
    columns = _left_out_rewards(found, features, dataset, config)
    names = list(found.ensembles)
    if isinstance(config.combine, str):
        values, log_tie = _weigh(columns, overall, config)
        how = "learnt from"
    else:
        given = np.array([config.combine.get(name, 0.0) for name in names])
        scale, log_tie = _weigh((columns @ given)[:, None], overall, config)
        agree = scale.any()
        values = given * scale if agree else given
        how = "in the given proportion, on the scale of" if agree else "as given, against"
    if not values.any():
        problem = "the criteria do not point the way of these"
        return replace(found, sentence=f"{OVERALL}: {problem}.")
    weights = dict(zip(names, values.tolist(), strict=True))
    sentence = (
        f"The reward is the sum of {_listed(weights)}, each times the criterion's reward in "
        f"standard deviations: weights {how} {len(overall):,} overall comparisons, by heads that "
        "had not seen their prompts."
    )
    combined = _sum(found.ensembles, weights, features[compared(overall)], log_tie, sentence)
    return replace(found, weights=weights, sentence=sentence, combined=combined)


def _listed(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{weight:.2f} “{name}”" for name, weight in weights.items())


def _sum(
    ensembles: Mapping[str, HeadEnsemble],
    weights: Mapping[str, float],
    features: Features,
    log_tie: float | None,
    sentence: str,
) -> HeadEnsemble:
    parts = [weights[name] / e.std * e.weights.astype(np.float64) for name, e in ensembles.items()]
    return ensemble_of(
        np.sum(parts, axis=0),
        features,
        penalty=max(ensemble.penalty for ensemble in ensembles.values()),
        log_tie=log_tie,
        temperature=1.0,
        calibration=sentence,
    )


def _left_out_rewards(
    found: CriteriaHeads, features: Features, dataset: Dataset, config: TrainConfig
) -> Floats:
    """Of each text of the table the reward by each criterion's heads that had not seen its prompt,
    in standard deviations; [m, criteria]."""
    fold_of = _fold_of_prompts(len(dataset.overall.groups), config)
    fold = fold_of[dataset.overall.row_prompt]
    columns = []
    for name, ensemble in found.ensembles.items():
        train = dataset.criteria[name].training()
        heads = _heads_by_fold(features, train, fold_of, ensemble, config)
        rewards = features @ heads.T.astype(np.float32) / ensemble.std
        columns.append(rewards[np.arange(len(fold)), fold].astype(np.float64))
    return np.stack(columns, axis=1)


def _fold_of_prompts(prompts: int, config: TrainConfig) -> Ints:
    """The fold of each prompt of the table, whichever criteria were asked of it; [prompts]."""
    rng = np.random.default_rng([config.seed, 6])
    fold: Ints = rng.permutation(prompts) % config.folds
    return fold


def _heads_by_fold(
    features: Features,
    train: Comparisons,
    fold_of: Ints,
    ensemble: HeadEnsemble,
    config: TrainConfig,
) -> Floats:
    """Raw heads [folds, d], each fitted without its fold and scaled as the ensemble is."""
    problem = Problem.of(features, train)
    kept = (fold_of[problem.prompt, None] != np.arange(config.folds)).astype(np.float64)
    fitted = problem.fit(kept, np.full(config.folds, ensemble.penalty), config)
    return problem.unscale(fitted) / ensemble.temperature


def _weigh(
    columns: Floats, overall: Comparisons, config: TrainConfig
) -> tuple[Floats, float | None]:
    """Weights [c], none below 0, of columns [m, c] of the table's texts for the least loss on
    overall comparisons, and log nu of two answers.

        sum over judgments of weight loss(columns @ weights, outcomes, log_tie)
        + |weights|^2 / 2 + sum of log_tie^2 / (2 * 100)
    """
    c, units = columns.shape[1], units_of(overall)
    design, targets = design_of(columns, units, np.ones(c)), targets_of(units, config)
    targets, weight = replace(targets, use="ignore"), torch.from_numpy(units.weight)
    ties = len(targets.ties)

    def loss(theta: Floats) -> tuple[float, Floats]:
        at = torch.tensor(theta, requires_grad=True)
        log_tie = at[c:, None] if ties else None
        prior = (at[:c] ** 2).sum() / 2 + (at[c:] ** 2).sum() / (2 * TIE_VARIANCE)
        losses = targets.losses(design.rewards(at[:c, None]), log_tie)[:, 0]
        total = weight @ losses + prior
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
        assert at.grad is not None
        return total.item(), at.grad.numpy()

    bounds = [(0, None)] * c + [(None, None)] * ties
    found = minimize(loss, np.zeros(c + ties), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:c], float(found[c]) if ties else None
