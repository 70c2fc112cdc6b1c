"""Writes a fine-tuned network as a Hugging Face folder, by the contract of `ml.export`.

One output, a head without bias (zero where the class has one), the padding token, the chat
template, the reward's mean and standard deviation in the configuration; beside it `tiebreak.json`.
There is one head, so no ensemble and no interval; the folder serves as a nightly run's backbone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from rm_training.ml.export import (
    META_FILE,
    QUESTION,
    TOLERANCE,
    ExportMismatch,
    reloaded_scores,
)
from rm_training.ml.finetune.train import FineTuned
from rm_training.ml.loading import quiet
from rm_training.ml.render import Conversation


def write_finetuned(folder: Path, tuned: FineTuned, meta: Mapping[str, object]) -> None:
    """Write the model folder, whole or not at all.

    It is written under another name beside `folder`, opened again, held to the scores in memory (to
    1e-5) and renamed. `meta` is added to tiebreak.json. Raises FileExistsError where `folder` is
    there already, ExportMismatch where the scores differ; either way nothing is left behind.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already. Nothing was written: choose another name.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(draft, tuned, meta)
        _check(draft, tuned)
        draft.chmod(0o755)  # mkdtemp's folder is for its maker alone
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _write(draft: Path, tuned: FineTuned, meta: Mapping[str, object]) -> None:
    backbone = tuned.backbone
    backbone.model.config.update({"mean": tuned.mean, "std": tuned.std})
    with quiet():
        backbone.model.save_pretrained(draft)
    backbone.tokenizer.save_pretrained(draft)
    own = {
        "tier": "full",
        "mean": tuned.mean,
        "std": tuned.std,
        "backbone_digest": backbone.digest,
        "max_tokens": backbone.max_tokens,
    }
    text = json.dumps({**meta, **own}, indent=2, ensure_ascii=False, sort_keys=True)
    (draft / META_FILE).write_text(text + "\n", encoding="utf-8")


def _check(draft: Path, tuned: FineTuned) -> None:
    """Score a short answer and one that is cut, by the written folder and in memory."""
    probes = [
        Conversation([QUESTION], "Air scatters blue light more than red light."),
        Conversation([QUESTION], "Blue light is scattered more. " * tuned.backbone.max_tokens),
    ]
    expected = tuned.scores(probes)
    found = reloaded_scores(draft, probes, tuned.backbone.model.device)
    gap = float(np.abs(found - expected).max())
    if not gap <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ExportMismatch(
            f"The written model's scores differ from the trained one's by {gap:.1e}, more than "
            f"{TOLERANCE:.0e}. Nothing was kept: the folder was removed."
        )
