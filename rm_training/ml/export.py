"""Writes a reward model as a Hugging Face folder, and reads its ensemble back. Knows no data.

The folder loads with AutoModelForSequenceClassification and AutoTokenizer and nothing else: one
output, a head without bias (zero where the class has one), the padding token, the chat template,
the reward's mean and standard deviation in the configuration (OpenRLHF's names). Beside it lie the
heads (`ensemble.safetensors`) and what made them (`tiebreak.json`). No pickle is written or read.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rm_training.ml.backbone import Backbone
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.loading import head_of, quiet
from rm_training.ml.render import Conversation, render

TOLERANCE = 1e-5
HEADS_FILE = "ensemble.safetensors"
META_FILE = "tiebreak.json"
QUESTION = {"role": "user", "content": "Why is the sky blue?"}


class ExportMismatch(RuntimeError):
    """The written folder scores differently from the heads in memory; it was removed."""


def write_model(
    folder: Path, backbone: Backbone, ensemble: HeadEnsemble, meta: Mapping[str, object]
) -> None:
    """Write the model folder, whole or not at all.

    It is written under another name beside `folder`, opened again, held to the ensemble's scores
    (to 1e-5) and renamed. `meta` is added to tiebreak.json. Raises FileExistsError where `folder`
    is there already, ExportMismatch where the scores differ; either way nothing is left behind.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already. Nothing was written: choose another name.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(draft, backbone, ensemble, meta)
        _check(draft, backbone, ensemble)
        draft.chmod(0o755)  # mkdtemp's folder is for its maker alone
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _write(
    draft: Path, backbone: Backbone, ensemble: HeadEnsemble, meta: Mapping[str, object]
) -> None:
    _set_head(backbone, ensemble)
    backbone.model.config.update({"mean": ensemble.mean, "std": ensemble.std})
    with quiet():
        backbone.model.save_pretrained(draft)
    backbone.tokenizer.save_pretrained(draft)
    # save_file writes the bytes as they lie in memory: a transposed array would come back garbled.
    save_file({"weights": np.ascontiguousarray(ensemble.weights)}, draft / HEADS_FILE)
    own = {
        "heads": len(ensemble.weights),
        "penalty": ensemble.penalty,
        "mean": ensemble.mean,
        "std": ensemble.std,
        "backbone_digest": backbone.digest,
        "max_tokens": backbone.max_tokens,
    }
    text = json.dumps({**meta, **own}, indent=2, ensure_ascii=False, sort_keys=True)
    (draft / META_FILE).write_text(text + "\n", encoding="utf-8")


def _set_head(backbone: Backbone, ensemble: HeadEnsemble) -> None:
    head = head_of(backbone.model)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(ensemble.head())[None])
        if head.bias is not None:
            head.bias.zero_()


def _check(draft: Path, backbone: Backbone, ensemble: HeadEnsemble) -> None:
    """Score a short answer and one that is cut, through both written forms and the ensemble."""
    probes = [
        Conversation([QUESTION], "Air scatters blue light more than red light."),
        Conversation([QUESTION], "Blue light is scattered more. " * backbone.max_tokens),
    ]
    features = backbone.embed(probes)
    expected, _, _ = ensemble.score(features)
    heads, _, _ = load_ensemble(draft).score(features)
    found = reloaded_scores(draft, probes, backbone.model.device)
    gap = float(np.abs(np.stack([found, heads]) - expected).max())
    if not gap <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ExportMismatch(
            f"The written model's scores differ from the trained heads' by {gap:.1e}, more than "
            f"{TOLERANCE:.0e}. Nothing was kept: the folder was removed."
        )


@torch.inference_mode()
def reloaded_scores(
    draft: Path, probes: list[Conversation], device: torch.device
) -> NDArray[np.float32]:
    """Scores [n] by the folder alone, as somebody without this code would get them."""
    with quiet():
        model = AutoModelForSequenceClassification.from_pretrained(draft, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(draft)
    texts = [render(tokenizer, probe) for probe in probes]
    batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(device)
    scores: NDArray[np.float32] = model.eval().to(device)(**batch).logits[:, 0].cpu().numpy()
    return scores


def load_ensemble(folder: Path) -> HeadEnsemble:
    """The heads of a folder that `write_model` wrote. Raises OSError where it is none."""
    meta = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    weights = load_file(folder / HEADS_FILE)["weights"]
    return HeadEnsemble(weights, meta["penalty"], meta["mean"], meta["std"])
