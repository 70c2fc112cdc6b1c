"""Writes a fine-tuned network as a Hugging Face folder, by the contract of `ml.export`.

One output, a head without bias (zero where the class has one), the padding token, the chat
template, the reward's mean and standard deviation in the configuration; beside it `tiebreak.json`.
There is one head, so no ensemble and no interval; the folder serves as a nightly run's backbone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rm_training.ml.export import drafted, hold_to, probes_for, reloaded_scores, save
from rm_training.ml.finetune.train import FineTuned


def write_finetuned(folder: Path, tuned: FineTuned, meta: Mapping[str, object]) -> None:
    """Write the model folder, whole or not at all.

    It is written under another name beside `folder`, opened again, held to the scores in memory (to
    1e-5) and renamed. `meta` is added to tiebreak.json. Raises FileExistsError where `folder` is
    there already, ExportMismatch where the scores differ; either way nothing is left behind.
    """
    backbone = tuned.backbone
    with drafted(folder) as draft:
        save(draft, backbone, {**meta, "tier": "full"}, mean=tuned.mean, std=tuned.std)
        probes = probes_for(backbone)
        hold_to(tuned.scores(probes), reloaded_scores(draft, probes, backbone.model.device))
