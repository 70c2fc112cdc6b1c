from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rm_training.ml import export
from rm_training.ml.backbone import Backbone, default_backbone_path
from rm_training.ml.criteria import CriteriaHeads
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import ExportMismatch, load_criteria, load_ensemble, write_model
from rm_training.ml.loading import head_of
from rm_training.ml.render import Conversation, render
from tests.rm_training.ml_samples import tiny_llama

TURNS = [
    {"role": "system", "content": "Answer as a baker."},
    {"role": "user", "content": "How long does bread bake?"},
]
ANSWERS = ["Forty minutes.", "No.", "", "It depends on the oven. " * 60, "日本語 · naïve 🍞"]
SOME = [Conversation(TURNS, answer) for answer in ANSWERS]

# What anybody would write who got the folder: none of this project's code.
STRANGER = """
import json, sys, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
folder, turns, answers = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)
assert model.config.num_labels == 1
texts = [
    tokenizer.apply_chat_template([*turns, {"role": "assistant", "content": a}], tokenize=False)
    for a in answers
]
batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
with torch.inference_mode():
    print(json.dumps([texts, model(**batch).logits[:, 0].tolist()]))
"""


def backbone(name: str, folder: Path) -> Backbone:
    if name == "minilm":
        return Backbone.load(default_backbone_path())
    return Backbone.load(tiny_llama(folder / "base"), max_tokens=100)


def heads(size: int, k: int = 4) -> HeadEnsemble:
    weights = np.random.default_rng(0).normal(size=(k, size)).astype(np.float32)
    return HeadEnsemble(weights, 1.0, 0.25, 2.0)


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_a_stranger_in_another_process_gets_the_same_scores_from_raw_text(
    name: str, tmp_path: Path
) -> None:
    used = backbone(name, tmp_path)
    ensemble = heads(used.size)
    write_model(tmp_path / "model", used, ensemble, {})
    expected, _, _ = ensemble.score(used.embed(SOME))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            STRANGER,
            str(tmp_path / "model"),
            json.dumps(TURNS),
            json.dumps(ANSWERS),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    texts, scores = json.loads(done.stdout)
    assert texts == [render(used.tokenizer, conversation) for conversation in SOME]
    np.testing.assert_allclose(scores, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_a_score_depends_on_neither_batch_nor_padding(name: str, tmp_path: Path) -> None:
    used = backbone(name, tmp_path)
    write_model(tmp_path / "model", used, heads(used.size), {})
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    texts = [render(tokenizer, conversation) for conversation in SOME]
    longest = {"padding": "max_length", "truncation": True, "return_tensors": "pt"}
    with torch.inference_mode():
        together = model(**tokenizer(texts, **longest)).logits[:, 0]
        alone = [model(**tokenizer(t, truncation=True, return_tensors="pt")).logits for t in texts]
    torch.testing.assert_close(together, torch.cat(alone)[:, 0], atol=1e-4, rtol=0)
    assert len({round(float(score), 4) for score in together}) == len(SOME)


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_the_folder_keeps_the_contract_of_a_reward_model(name: str, tmp_path: Path) -> None:
    used = backbone(name, tmp_path)
    ensemble = heads(used.size)
    write_model(tmp_path / "model", used, ensemble, {"snapshot": "abc"})
    folder = tmp_path / "model"
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    head = model.classifier if name == "minilm" else model.score
    assert (model.config.num_labels, head.out_features) == (1, 1)
    assert head.bias is None or not head.bias.any()
    assert model.config.pad_token_id == tokenizer.pad_token_id is not None
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert (tokenizer.padding_side, tokenizer.truncation_side) == ("right", "left")
    assert tokenizer.model_max_length == used.max_tokens
    assert tokenizer.chat_template == used.tokenizer.chat_template
    assert (model.config.mean, model.config.std) == (0.25, 2.0)
    suffixes = {path.suffix for path in folder.iterdir()}
    assert suffixes <= {".safetensors", ".json", ".jinja", ".txt"}
    meta = json.loads((folder / "tiebreak.json").read_text())
    assert meta["snapshot"] == "abc"
    assert (meta["heads"], meta["backbone_digest"]) == (4, used.digest)


def test_the_ensemble_comes_back_as_it_was(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    ensemble = heads(used.size)
    write_model(tmp_path / "model", used, ensemble, {})
    found = load_ensemble(tmp_path / "model")
    np.testing.assert_array_equal(found.weights, ensemble.weights)
    assert (found.penalty, found.mean, found.std) == (1.0, 0.25, 2.0)


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_a_written_model_is_a_backbone_with_the_same_features_and_digest(
    name: str, tmp_path: Path
) -> None:
    used = backbone(name, tmp_path)
    before = used.embed(SOME)
    write_model(tmp_path / "model", used, heads(used.size), {})
    reloaded = Backbone.load(tmp_path / "model", max_tokens=used.max_tokens)
    assert reloaded.digest == used.digest
    np.testing.assert_allclose(reloaded.embed(SOME), before, atol=1e-6)


def test_ties_and_temperature_come_back(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    ensemble = replace(heads(used.size), log_tie=-0.5, temperature=1.25, calibration="Divided.")
    write_model(tmp_path / "model", used, ensemble, {})
    found = load_ensemble(tmp_path / "model")
    assert (found.log_tie, found.temperature, found.calibration) == (-0.5, 1.25, "Divided.")


def test_heads_of_criteria_come_back_by_name(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    reward = heads(used.size)
    own = {
        "höflich/“kind”": replace(reward, weights=reward.weights + 1, log_tie=0.5, std=3.0),
        "../weights": replace(reward, weights=np.asfortranarray(reward.weights - 1)),
    }
    criteria = CriteriaHeads(
        own, {"brief": "3 comparisons to learn from; it takes 50"}, {"../weights": 0.7}, "So.", None
    )
    write_model(tmp_path / "model", used, reward, {}, criteria)
    np.testing.assert_array_equal(load_ensemble(tmp_path / "model").weights, reward.weights)
    found = load_criteria(tmp_path / "model")
    assert list(found) == list(own)
    for name, ensemble in found.items():
        np.testing.assert_array_equal(ensemble.weights, own[name].weights)
        assert replace(ensemble, weights=own[name].weights) == own[name]
    meta = json.loads((tmp_path / "model" / "tiebreak.json").read_text())
    assert [item["weight"] for item in meta["criteria"]] == [None, 0.7]
    assert list(meta["criteria_left_out"]) == ["brief"]
    assert meta["combination"] == "So."


def test_a_folder_from_before_ties_and_criteria_is_read(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    write_model(tmp_path / "model", used, heads(used.size), {})
    path = tmp_path / "model" / "tiebreak.json"
    meta = json.loads(path.read_text())
    for key in ("log_tie", "temperature", "calibration"):
        del meta[key]
    path.write_text(json.dumps(meta))
    found = load_ensemble(tmp_path / "model")
    assert (found.log_tie, found.temperature, found.penalty) == (None, 1.0, 1.0)
    assert load_criteria(tmp_path / "model") == {}


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    (tmp_path / "model").mkdir()
    with pytest.raises(FileExistsError, match="Nothing was written"):
        write_model(tmp_path / "model", used, heads(used.size), {})
    assert list((tmp_path / "model").iterdir()) == []


def test_a_model_that_reloads_to_other_scores_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = backbone("llama", tmp_path)
    ensemble = heads(used.size)

    def sabotaged(given: Backbone, _: HeadEnsemble) -> None:
        with torch.no_grad():
            head_of(given.model).weight.copy_(torch.from_numpy(ensemble.head())[None] + 1e-3)

    monkeypatch.setattr(export, "_set_head", sabotaged)
    place = tmp_path / "models"
    with pytest.raises(ExportMismatch, match="Nothing was kept"):
        write_model(place / "model", used, ensemble, {})
    assert list(place.iterdir()) == []


def test_a_tokenizer_that_is_saved_to_cut_another_part_is_noticed(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    del used.tokenizer.init_kwargs["truncation_side"]  # so it is not saved
    with pytest.raises(ExportMismatch):
        write_model(tmp_path / "model", used, heads(used.size), {})


def test_heads_that_lie_transposed_in_memory_are_written_as_they_read(tmp_path: Path) -> None:
    used = backbone("llama", tmp_path)
    plain = heads(used.size)
    transposed = replace(plain, weights=np.asfortranarray(plain.weights))
    write_model(tmp_path / "model", used, transposed, {})
    np.testing.assert_array_equal(load_ensemble(tmp_path / "model").weights, plain.weights)


def test_a_folder_without_a_model_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="tiebreak"):
        load_ensemble(tmp_path)
