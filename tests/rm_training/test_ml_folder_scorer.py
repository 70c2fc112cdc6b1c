from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from transformers import (
    AutoTokenizer,
    LlamaConfig,
    LlamaForSequenceClassification,
    LlamaModel,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from rm_training.ml.backbone import Backbone, default_backbone_path
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import write_model
from rm_training.ml.folder_scorer import FolderScorer, NotARewardModel
from rm_training.ml.render import Conversation, render
from tests.rm_training.ml_samples import tiny_llama

TURNS = [{"role": "user", "content": "How long does bread bake?"}]
ANSWERS = ["Forty minutes.", "No.", "", "It depends on the oven. " * 60, "日本語 · naïve 🍞"]
SOME = [Conversation(TURNS, answer) for answer in ANSWERS]
TINY: dict[str, Any] = {
    "vocab_size": 258,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 128,
}


def exported(name: str, folder: Path) -> tuple[Path, Backbone, HeadEnsemble]:
    used = (
        Backbone.load(default_backbone_path())
        if name == "minilm"
        else Backbone.load(tiny_llama(folder / "base"), max_tokens=100)
    )
    weights = np.random.default_rng(0).normal(size=(4, used.size)).astype(np.float32)
    ensemble = HeadEnsemble(weights, 1.0, 0.25, 2.0)
    write_model(folder / "model", used, ensemble, {})
    return folder / "model", used, ensemble


def saved(folder: Path, model: LlamaForSequenceClassification | LlamaModel) -> Path:
    """A folder of somebody else's: the sample's tokenizer, whose padding is its end of text."""
    tiny_llama(folder / "base")
    tokenizer = AutoTokenizer.from_pretrained(folder / "base")
    model.save_pretrained(folder / "theirs")
    tokenizer.save_pretrained(folder / "theirs")
    return folder / "theirs"


def theirs(folder: Path, outputs: int = 1) -> Path:
    torch.manual_seed(1)
    config = LlamaConfig(**TINY | {"num_labels": outputs, "pad_token_id": 0})
    return saved(folder, LlamaForSequenceClassification(config))  # type: ignore[no-untyped-call]  # unannotated there


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_our_own_folder_scores_as_its_backbone_and_heads_do(name: str, tmp_path: Path) -> None:
    folder, used, ensemble = exported(name, tmp_path)
    scorer = FolderScorer.load(folder)
    expected, _, _ = ensemble.score(used.embed(SOME))
    np.testing.assert_allclose(scorer(SOME), expected, atol=1e-5, rtol=1e-5)
    assert scorer.truncated == 1


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_a_reward_depends_on_neither_order_nor_company(name: str, tmp_path: Path) -> None:
    folder, _, _ = exported(name, tmp_path)
    scorer = FolderScorer.load(folder)
    together = scorer(SOME)
    np.testing.assert_allclose(scorer(SOME[::-1])[::-1], together, atol=1e-4)
    alone = [float(scorer([one])[0]) for one in SOME]
    np.testing.assert_allclose(alone, together, atol=1e-4)
    assert scorer([]).shape == (0,)


def test_the_last_token_is_read_even_where_padding_was_the_end_of_text(tmp_path: Path) -> None:
    folder = theirs(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}"
    tokenizer.save_pretrained(folder)
    model = LlamaForSequenceClassification.from_pretrained(folder)
    scorer = FolderScorer.load(folder)
    assert scorer.tokenizer.pad_token_id != scorer.tokenizer.eos_token_id
    short = SOME[:2]
    expected = []
    for conversation in short:
        ids = tokenizer(render(tokenizer, conversation), return_tensors="pt")["input_ids"]
        assert int(ids[0, -1]) == tokenizer.eos_token_id
        with torch.inference_mode():
            hidden = model.model(input_ids=ids).last_hidden_state[0, -1]
            expected.append(float(model.score(hidden)))
    np.testing.assert_allclose(scorer(short), expected, atol=1e-5)


def test_a_head_of_more_than_one_layer_is_read_as_its_class_does(tmp_path: Path) -> None:
    torch.manual_seed(1)
    shape = TINY | {"max_position_embeddings": 130, "num_labels": 1, "pad_token_id": 0}
    model = RobertaForSequenceClassification(RobertaConfig(**shape))
    tiny_llama(tmp_path / "base")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "base", model_max_length=64)
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    scorer = FolderScorer.load(tmp_path / "model")
    for conversation, reward in zip(SOME[:2], scorer(SOME[:2]), strict=True):
        ids = scorer.tokenizer(render(scorer.tokenizer, conversation), return_tensors="pt")
        with torch.inference_mode():
            alone = scorer.model(input_ids=ids["input_ids"]).logits[0, 0]
        assert reward == pytest.approx(float(alone), abs=1e-5)


def test_a_lower_limit_is_kept_and_what_is_cut_is_counted(tmp_path: Path) -> None:
    scorer = FolderScorer.load(theirs(tmp_path), max_tokens=20)
    assert scorer.tokenizer.model_max_length == 20
    scorer(SOME)
    assert scorer.truncated == len(SOME)
    assert FolderScorer.load(tmp_path / "theirs").tokenizer.model_max_length == 128


def test_a_model_of_two_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARewardModel, match="has 2 outputs; a reward model has one"):
        FolderScorer.load(theirs(tmp_path, outputs=2))


def test_a_model_whose_head_was_never_trained_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path, LlamaModel(LlamaConfig(**TINY | {"num_labels": 1})))
    with pytest.raises(NotARewardModel, match=r"lacks weights \(score.weight\)"):
        FolderScorer.load(folder)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARewardModel, match=r"it has no config\.json"):
        FolderScorer.load(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(NotARewardModel, match="cannot be opened"):
        FolderScorer.load(tmp_path)


def test_code_that_comes_with_a_folder_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(marker)!r}, 'w')\nclass Config: pass\n")
    config = {"model_type": "own", "num_labels": 1, "auto_map": {"AutoConfig": "own.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(NotARewardModel, match="cannot be opened"):
        FolderScorer.load(tmp_path)
    assert not marker.exists()


def benchmark_model(*arguments: Any) -> tuple[str, str, int]:
    """Output, errors and status of the command."""
    output, errors = StringIO(), StringIO()
    status = 0
    try:
        call_command("benchmark_model", *map(str, arguments), stdout=output, stderr=errors)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return output.getvalue(), errors.getvalue(), status


def pairs(folder: Path, *more: str) -> Path:
    folder.mkdir()
    some = [
        {"prompt": f"{n}?", "chosen": "Yes.", "rejected": "No, no.", "subset": "alpacaeval-easy"}
        for n in range(6)
    ]
    text = "\n".join([*map(json.dumps, some), *more])
    (folder / "filtered.jsonl").write_text(text)
    return folder


def test_the_command_prints_a_table_and_writes_records(tmp_path: Path) -> None:
    files, written = pairs(tmp_path / "files"), tmp_path / "out.jsonl"
    output, errors, status = benchmark_model(theirs(tmp_path), files, "--json", written)
    assert status == 0
    (row,) = [line for line in output.splitlines() if "alpacaeval-easy" in line]
    assert row.split()[1] == "6"
    assert row.split()[-1] == "0.0%"
    assert "overall" in output
    assert "without Chat Hard, Safety, Reasoning: no items" in output
    assert "filtered.jsonl (RewardBench): 6 items, 0 bad rows" in errors
    records = [json.loads(line) for line in written.read_text().splitlines()]
    assert {record["model"] for record in records} == {str(tmp_path / "theirs")}
    (total,) = [r for r in records if r.get("kind") == "overall"]
    assert (total["items"], total["floor"]) == (6, 0)
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["out.jsonl"]


def test_the_command_keeps_a_limit(tmp_path: Path) -> None:
    _, errors, _ = benchmark_model(theirs(tmp_path), pairs(tmp_path / "files"), "--limit", 2)
    assert "2 items, 0 bad rows, 4 over the limit" in errors


def test_the_command_names_bad_rows_and_ends_with_status_3(tmp_path: Path) -> None:
    files = pairs(tmp_path / "files", "{oops", '{"prompt": 1}')
    (files / "other.json").write_text("{}")
    output, errors, status = benchmark_model(theirs(tmp_path), files)
    assert status == 3
    assert "filtered.jsonl, row 7: It is not JSON" in errors
    assert "filtered.jsonl, row 8: chosen must be text; it is missing." in errors
    assert "other.json was not read" in errors
    assert "alpacaeval-easy" in output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["model", "nowhere"], "There is no folder"),
        (["model", "files", "--limit", "0"], "--limit is a number"),
        (["model", "files", "--json", "nowhere/out"], "to write to"),
        (["model", "files"], r"it has no config\.json"),
        (["model", "empty"], "No benchmark was found"),
    ],
)
def test_the_command_says_what_is_wrong_before_it_scores(
    arguments: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pairs(tmp_path / "files")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match=reason):
        benchmark_model(*arguments)
