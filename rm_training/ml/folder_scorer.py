"""Rewards by a reward model's folder, ours or any other with one output. It knows no benchmark.

The folder is opened as its own class with AutoModelForSequenceClassification, so heads of any shape
are read; code that comes with a folder is never run, and nothing is fetched. A conversation is
written by the folder's chat template and read as `render` says: cut on the left to the folder's own
limit, padded on the right by a token that is not the end of text, so a decoder's score is that of
its last token, whatever it was padded with in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from rm_training.ml.backbone import use_all_cores
from rm_training.ml.data import Floats
from rm_training.ml.forward import CPU_TOKENS, GPU_TOKENS, batches
from rm_training.ml.loading import fit_padding, quiet
from rm_training.ml.render import Conversation, prepare_tokenizer, tokenized

# Read where a folder names no lower limit; RewardBench's scripts cut there too.
MAX_TOKENS = 2048


class NotARewardModel(ValueError):
    """The folder is no reward model that can be scored with; the message says why."""


class FolderScorer:
    """A reward model's folder, opened. Make one with `FolderScorer.load`."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.truncated = 0  # conversations that lost tokens, since the start

    @classmethod
    def load(cls, folder: str | Path, *, max_tokens: int = MAX_TOKENS) -> FolderScorer:
        """Open a folder in float32, on a GPU if any.

        Texts are read up to `max_tokens`, or the tokenizer's or the model's own limit where that is
        lower. Raises NotARewardModel where the folder is no model with one trained output.
        """
        use_all_cores()
        model, tokenizer = _open(Path(folder))
        own = getattr(model.config, "max_position_embeddings", None) or max_tokens
        prepare_tokenizer(tokenizer, min(max_tokens, own, tokenizer.model_max_length))
        fit_padding(model, tokenizer)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model.to(device)  # type: ignore[arg-type]  # the wrapper around nn.Module.to hides self
        return cls(model, tokenizer)

    def __call__(self, conversations: Sequence[Conversation], /) -> Floats:
        """Rewards [n] in the given order; a reward does not depend on the others."""
        tokens = self._tokenize(conversations)
        budget = CPU_TOKENS if self.model.device.type == "cpu" else GPU_TOKENS
        rewards = np.empty(len(tokens), np.float64)
        for rows in batches([len(ids) for ids in tokens], budget):
            rewards[rows] = self._rewards([tokens[row] for row in rows])
        return rewards

    def _tokenize(self, conversations: Sequence[Conversation]) -> list[list[int]]:
        found, cut = tokenized(self.tokenizer, conversations)
        self.truncated += cut
        return found

    @torch.inference_mode()
    def _rewards(self, tokens: list[list[int]]) -> Floats:
        batch = self.tokenizer.pad({"input_ids": tokens}, return_tensors="pt")
        batch = batch.to(self.model.device)
        found = self.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        rewards: Floats = found.logits[:, 0].double().cpu().numpy()
        return rewards


def _open(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if not (folder / "config.json").is_file():
        raise NotARewardModel(f"{folder} is no model folder: it has no config.json.")
    own = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            _check_outputs(folder, AutoConfig.from_pretrained(str(folder), **own).num_labels)
            model, report = AutoModelForSequenceClassification.from_pretrained(
                str(folder), output_loading_info=True, dtype=torch.float32, **own
            )
            tokenizer = AutoTokenizer.from_pretrained(str(folder), **own)
    except NotARewardModel:
        raise
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [repr(error)])[0]
        raise NotARewardModel(f"{folder} cannot be opened: {reason}") from error
    if report["missing_keys"]:
        missing = ", ".join(sorted(report["missing_keys"])[:3])
        raise NotARewardModel(
            f"{folder} lacks weights ({missing}), so its rewards would be random. Choose a folder "
            "that was saved after training."
        )
    return model, tokenizer


def _check_outputs(folder: Path, outputs: int) -> None:
    if outputs != 1:
        raise NotARewardModel(
            f"{folder} has {outputs} outputs; a reward model has one. Choose a folder whose "
            "configuration says num_labels 1."
        )
