"""Writes a reward model as a Hugging Face folder, and reads its ensemble back. Knows no data.

The folder loads with AutoModelForSequenceClassification and AutoTokenizer and nothing else: one
output, a head without bias (zero where the class has one), the padding token, the chat template,
the reward's mean and standard deviation in the configuration (OpenRLHF's names). Beside it lie the
heads (`ensemble.safetensors`), those of criteria among them as `criterion.0`, ..., and what made
them, with the criteria's names (`tiebreak.json`). No pickle is written or read.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rm_training.ml.backbone import Backbone
from rm_training.ml.criteria import CriteriaHeads
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
    folder: Path,
    backbone: Backbone,
    ensemble: HeadEnsemble,
    meta: Mapping[str, object],
    criteria: CriteriaHeads | None = None,
) -> None:
    """Write the model folder, whole or not at all. `ensemble` is the reward, also where it is what
    the `criteria` make together.

    It is written under another name beside `folder`, opened again, held to the ensemble's scores
    (to 1e-5) and renamed. `meta` is added to tiebreak.json. Raises FileExistsError where `folder`
    is there already, ExportMismatch where the scores differ; either way nothing is left behind.
    """
    own = {"heads": len(ensemble.weights), **_facts(ensemble), **_criteria_facts(criteria)}
    with drafted(folder) as draft:
        _set_head(backbone, ensemble)
        save(draft, backbone, {**meta, **own}, mean=ensemble.mean, std=ensemble.std)
        save_heads(draft, {} if criteria is None else criteria.ensembles, ensemble)
        probes = probes_for(backbone)
        features = backbone.embed(probes)
        expected, _, _ = ensemble.score(features)
        heads, _, _ = load_ensemble(draft).score(features)
        hold_to(expected, heads)
        hold_to(expected, reloaded_scores(draft, probes, backbone.model.device))


def save_heads(
    draft: Path, criteria: Mapping[str, HeadEnsemble], reward: HeadEnsemble | None = None
) -> None:
    """Write the weights of the criteria's heads, and those of the reward where it has several."""
    heads = {} if reward is None else {"weights": reward.weights}
    for number, own in enumerate(criteria.values()):
        heads[f"criterion.{number}"] = own.weights
    # Bytes are written as they lie in memory: a transposed array would come back garbled.
    contiguous = {name: np.ascontiguousarray(weights) for name, weights in heads.items()}
    save_file(contiguous, draft / HEADS_FILE)


def _facts(ensemble: HeadEnsemble) -> dict[str, object]:
    """All of an ensemble but its weights."""
    return {key: value for key, value in vars(ensemble).items() if key != "weights"}


def _criteria_facts(criteria: CriteriaHeads | None) -> dict[str, object]:
    if criteria is None:
        return {}
    return {
        **facts_of_heads(criteria.ensembles, criteria.weights),
        "criteria_left_out": dict(criteria.left_out),
        "combination": criteria.sentence,
    }


def facts_of_heads(
    criteria: Mapping[str, HeadEnsemble], weights: Mapping[str, float]
) -> dict[str, object]:
    """What tiebreak.json says of the criteria's heads, in the order of `save_heads`; `weights`: in
    the reward, none where it is not made of them."""
    return {
        "criteria": [
            {"name": name, "weight": weights.get(name), **_facts(own)}
            for name, own in criteria.items()
        ]
    }


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `folder` at the end of the block, whole or not at all.

    Raises FileExistsError where `folder` is there already. After any error nothing is left behind.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already. Nothing was written: choose another name.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)  # mkdtemp's folder is for its maker alone
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


def save(
    draft: Path, backbone: Backbone, meta: Mapping[str, object], *, mean: float, std: float
) -> None:
    """Write network, tokenizer and what made them; `mean` and `std` are of the reward."""
    backbone.model.config.update({"mean": mean, "std": std})
    with quiet():
        backbone.model.save_pretrained(draft)
    backbone.tokenizer.save_pretrained(draft)
    own = {
        "mean": mean,
        "std": std,
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


def probes_for(backbone: Backbone) -> list[Conversation]:
    """A short answer and one that is cut."""
    return [
        Conversation([QUESTION], "Air scatters blue light more than red light."),
        Conversation([QUESTION], "Blue light is scattered more. " * backbone.max_tokens),
    ]


def hold_to(expected: NDArray[Any], found: NDArray[Any]) -> None:
    """Raises ExportMismatch where the scores of what was written are not those in memory."""
    gap = float(np.abs(found - expected).max())
    if not gap <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ExportMismatch(
            f"The written model's scores differ from those in memory by {gap:.1e}, more than "
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
    return _ensemble(load_file(folder / HEADS_FILE)["weights"], meta)


def load_criteria(folder: Path) -> dict[str, HeadEnsemble]:
    """The heads of each criterion by name, none where the folder has none; of either tier, as
    `load_ensemble`."""
    criteria = json.loads((folder / META_FILE).read_text(encoding="utf-8")).get("criteria")
    heads = load_file(folder / HEADS_FILE) if criteria else {}
    return {
        own["name"]: _ensemble(heads[f"criterion.{number}"], own)
        for number, own in enumerate(criteria or ())
    }


def _ensemble(weights: NDArray[np.float32], facts: Mapping[str, Any]) -> HeadEnsemble:
    """Of a folder from before heads had ties and a temperature, too."""
    names = (HeadEnsemble.__dataclass_fields__.keys() & facts.keys()) - {"weights"}
    return HeadEnsemble(weights, **{name: facts[name] for name in names})
