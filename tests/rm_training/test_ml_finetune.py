from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel

from rm_training.ml.backbone import Backbone
from rm_training.ml.data import Comparisons
from rm_training.ml.export import ExportMismatch
from rm_training.ml.finetune import trainer as trainer_module
from rm_training.ml.finetune import tuned as tuned_module
from rm_training.ml.finetune.config import ObjectiveConfig
from rm_training.ml.finetune.encode import Group, Prompt, encode
from rm_training.ml.finetune.member import OutOfMemory
from rm_training.ml.finetune.pack import pack
from rm_training.ml.finetune.packed import check_packing, is_causal, packed, rewards
from rm_training.ml.finetune.progress import Progress
from rm_training.ml.finetune.train import OtherRun, finetune
from rm_training.ml.finetune.trainer import LossNotFinite, PreferenceTrainer
from rm_training.ml.finetune.tuned import FineTuned, scores_of
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.loading import UnsuitableBackbone, head_of, load_classifier
from rm_training.ml.losses import preference_loss
from rm_training.ml.render import Conversation, render
from rm_training.ml.units import units_of
from tests.rm_training.ml_finetune_samples import (
    QUICK,
    accuracy,
    one_thread,
    planted,
    state,
    tiny,
)
from tests.rm_training.ml_samples import comparisons

__all__ = ["one_thread"]

FAMILIES = ["llama", "qwen", "gpt2", "bert"]
# Answers of which one is another's beginning, one is empty, one is cut and one prompt has no pair.
TEXTS = ["yes", "yes sir", "", "no way " * 40, "ok", "okay", "maybe", "perhaps not"]


def some() -> Comparisons:
    return comparisons(
        [0, 0, 1, 2, 4, 6],
        [1, 2, 2, 3, 5, 7],
        [1, 0, 0.5, 1, 1, 0.3],
        prompt=[0, 0, 0, 0, 1, 2],
        weight=[0.5, 1, 0.5, 1, 1, 2],
        texts=TEXTS,
    )


def with_bias(folder: Path) -> Path:
    """A BERT classifier whose head has a bias, as other people's reward models may have."""
    torch.manual_seed(0)
    model, tokenizer = load_classifier(tiny("bert", folder), 100)
    torch.nn.init.ones_(head_of(model).bias)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def encoded(folder: Path, data: Comparisons) -> tuple[PreTrainedModel, list[Prompt]]:
    torch.manual_seed(0)
    model, tokenizer = load_classifier(folder, 100)
    reader = Backbone(model, tokenizer)
    tokens = dict(enumerate(reader.tokenize(data.conversations)))
    lengths = {row: len(text.response) for row, text in enumerate(data.conversations)}
    causal = is_causal(model)
    prompts = encode(
        tokens, [Group(units_of(data))], lengths=lengths, limit=reader.max_tokens, causal=causal
    )
    return model, prompts


def plain(model: PreTrainedModel, prompts: list[Prompt]) -> torch.Tensor:
    """Rewards of each conversation alone, by the class's own forward pass."""
    found = [
        model(input_ids=torch.tensor(np.concatenate([tree.prefix, answer]))[None].long()).logits
        for prompt in prompts
        for tree in prompt.trees
        for answer in tree.answers
    ]
    return torch.cat(found)[:, 0]


def loss_of(scores: torch.Tensor, prompts: list[Prompt]) -> torch.Tensor:
    (judged,) = pack(prompts, causal=True)["judged"]
    margin = scores[judged["first"]] - scores[judged["second"]]
    target = judged["outcomes"][:, 0] + judged["outcomes"][:, 1] / 2
    return (judged["weight"] * preference_loss(margin, target)).sum() / len(prompts)


def gradients(model: PreTrainedModel, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_rewards_and_gradients_are_those_of_each_conversation_alone(
    family: str, tmp_path: Path
) -> None:
    model, prompts = encoded(tiny(family, tmp_path), some())
    bias = head_of(model).bias
    if bias is not None:
        torch.nn.init.zeros_(bias).requires_grad_(False)
    expected = plain(model, prompts)
    slopes = gradients(model, loss_of(expected, prompts))
    with packed(model) as reward:
        found = rewards(reward, prompts)
        packed_slopes = gradients(model, loss_of(found, prompts))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)
    assert packed_slopes.keys() == slopes.keys()
    for name, slope in slopes.items():
        torch.testing.assert_close(packed_slopes[name], slope, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(plain(model, prompts), expected)


def test_a_decoder_reads_what_answers_share_once_and_no_padding(tmp_path: Path) -> None:
    _, prompts = encoded(tiny("llama", tmp_path), some())
    shared, alone = prompts[0].trees
    assert [len(answer) for answer in shared.answers] == [3, 7, 0]
    assert (shared.rows, alone.rows) == ((0, 1, 2), (3,))
    assert prompts[0].tokens == len(shared.prefix) + 10 + 100
    assert pack(prompts, causal=True)["input_ids"].shape[1] == sum(p.tokens for p in prompts)


def test_an_encoder_shares_nothing_and_reads_no_padding(tmp_path: Path) -> None:
    _, prompts = encoded(tiny("bert", tmp_path), some())
    assert [len(tree.rows) for tree in prompts[0].trees] == [1, 1, 1, 1]


def test_weights_add_up_to_one_a_prompt_on_average(tmp_path: Path) -> None:
    _, prompts = encoded(tiny("llama", tmp_path), some())
    weights = [prompt.judged[0].weight for prompt in prompts]
    assert sum(own.sum() for own in weights) == pytest.approx(len(prompts))
    np.testing.assert_allclose(weights[0][:2], [0.25, 0.5])


def test_an_architecture_that_mixes_tokens_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, prompts = encoded(tiny("llama", tmp_path), some())
    base: Any = model.base_model
    layer = base.layers[0].mlp
    inner = layer.forward
    monkeypatch.setattr(layer, "forward", lambda x: inner(x) + x.mean(1, keepdim=True))
    with pytest.raises(UnsuitableBackbone, match="Nothing was trained"):
        check_packing(model, prompts)


def test_the_bias_of_somebody_elses_head_is_dropped(tmp_path: Path) -> None:
    base = with_bias(tmp_path / "base")
    tuned = finetune(base, planted(8), replace(QUICK, max_steps=1), tmp_path / "run")
    assert head_of(tuned.backbone.model).bias.tolist() == [0.0]


def test_a_window_shorter_than_a_prompt_with_its_answers_is_refused(tmp_path: Path) -> None:
    model, prompts = encoded(tiny("qwen", tmp_path), some())
    base: Any = model.base_model
    for layer in base.layers:
        layer.self_attn.sliding_window = 20
    with packed(model) as reward, pytest.raises(UnsuitableBackbone, match="20 tokens"):
        rewards(reward, prompts)


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_a_planted_preference_is_learnt(family: str, tmp_path: Path) -> None:
    base = tiny(family, tmp_path / "base")
    config = replace(QUICK, epochs=5, precision="float32")
    tuned = finetune(base, planted(120), config, tmp_path / "run")
    assert accuracy(tuned, planted(100, seed=1)) > 0.9
    assert tuned.runs[0].losses[-1] < 0.5 < tuned.runs[0].losses[0]


@pytest.mark.parametrize("change", [{"precision": "bfloat16"}, {"checkpoint_activations": True}])
def test_it_also_trains_in_half_precision_and_with_recomputed_activations(
    change: dict[str, Any], tmp_path: Path
) -> None:
    base = tiny("llama", tmp_path / "base")
    data = planted(32)
    usual = finetune(base, data, replace(QUICK, epochs=1), tmp_path / "usual")
    other = finetune(base, data, replace(QUICK, epochs=1, **change), tmp_path / "other")
    np.testing.assert_allclose(
        other.scores(data.conversations), usual.scores(data.conversations), atol=0.1
    )


def test_it_learns_what_trls_reward_trainer_learns_from_the_same_pairs(tmp_path: Path) -> None:
    """Same weights, order and steps: rewards move by 0.1 and more, and agree to 0.001."""
    import datasets
    from trl import (  # type: ignore[attr-defined] # trl exports its names lazily
        RewardConfig,
        RewardTrainer,
    )

    base, data = tiny("llama", tmp_path / "base"), planted(32)
    data = replace(data, target=np.ones(32))
    config = replace(QUICK, learning_rate=1e-3, objective=ObjectiveConfig(centring=0.01))
    torch.manual_seed(config.seed)
    peer = Backbone(*load_classifier(base, config.max_tokens))
    before = scores_of(peer, data.conversations)
    tokens = [ids.tolist() for ids in peer.tokenize(data.conversations)]
    columns = {"chosen_ids": tokens[0::2], "rejected_ids": tokens[1::2]}
    RewardTrainer(
        model=peer.model,
        processing_class=peer.tokenizer,
        args=RewardConfig(
            output_dir=str(tmp_path / "trl"), seed=config.seed, num_train_epochs=1,
            per_device_train_batch_size=8, learning_rate=1e-3, warmup_steps=config.warmup,
            center_rewards_coefficient=0.01, bf16=False, gradient_checkpointing=False,
            use_cpu=True, save_strategy="no", report_to=[],
        ),
        train_dataset=datasets.Dataset.from_dict(columns),
    ).train()  # fmt: skip
    peer.model.train(False)
    theirs = scores_of(peer, data.conversations)
    ours = finetune(base, data, config, tmp_path / "run").scores(data.conversations)
    assert np.abs(theirs - before).max() > 0.1
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_a_run_that_was_killed_goes_on_to_the_same_result(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    whole = finetune(base, data, QUICK, tmp_path / "whole")

    def kill(now: Progress) -> None:
        if now.step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(base, data, QUICK, tmp_path / "run", progress=kill)
    # A checkpoint that was being written when the machine went down has no state yet.
    (tmp_path / "run" / "checkpoints" / "0" / "checkpoint-6").mkdir()
    heard: list[int] = []
    resumed = finetune(
        base, data, QUICK, tmp_path / "run", progress=lambda now: heard.append(now.step)
    )
    assert heard == [5, 6, 7, 8]
    done = finetune(base, data, QUICK, tmp_path / "run")
    for name, value in state(whole).items():
        np.testing.assert_array_equal(state(resumed)[name], value)
        np.testing.assert_array_equal(state(done)[name], value)


def test_a_folder_of_another_run_is_left_alone(tmp_path: Path) -> None:
    base = tiny("llama", tmp_path / "base")
    config = replace(QUICK, max_steps=1)
    finetune(base, planted(8), config, tmp_path / "run")
    for data, changed in [(planted(9), config), (planted(8), replace(config, seed=1))]:
        with pytest.raises(OtherRun, match="Nothing was trained"):
            finetune(base, data, changed, tmp_path / "run")


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    base = tiny("llama", tmp_path / "base")
    with pytest.raises(LossNotFinite, match="Lower the learning rate"):
        finetune(base, planted(64), replace(QUICK, learning_rate=1e38), tmp_path / "run")


def test_memory_that_runs_out_halves_the_batch_and_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(32)
    whole = finetune(base, data, QUICK, tmp_path / "whole")
    _allow(monkeypatch, prompts=2)
    heard: list[str] = []
    tuned = finetune(base, data, QUICK, tmp_path / "run", report=heard.append)
    assert heard == [
        "Memory ran out at 8 prompts a batch: going on with 4.",
        "Memory ran out at 4 prompts a batch: going on with 2.",
    ]
    assert tuned.runs[0].prompts_per_batch == 2
    np.testing.assert_allclose(
        tuned.scores(data.conversations), whole.scores(data.conversations), atol=1e-3
    )


def test_a_prompt_that_does_not_fit_at_all_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _allow(monkeypatch, prompts=0)
    with pytest.raises(OutOfMemory, match="does not fit"):
        finetune(tiny("llama", tmp_path / "base"), planted(8), QUICK, tmp_path / "run")


def _allow(monkeypatch: pytest.MonkeyPatch, *, prompts: int) -> None:
    """Memory for so many prompts a batch."""
    usual = PreferenceTrainer.compute_loss

    def limited(
        self: PreferenceTrainer, model: torch.nn.Module, inputs: dict[str, Any], **options: Any
    ) -> torch.Tensor:
        if inputs["prompts"] > prompts:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return usual(self, model, inputs, **options)

    monkeypatch.setattr(PreferenceTrainer, "compute_loss", limited)


def test_nothing_to_learn_from_is_an_error(tmp_path: Path) -> None:
    nothing = planted(3).where(np.zeros(3, bool))
    with pytest.raises(ValueError, match="no comparisons"):
        finetune(tmp_path, nothing, QUICK, tmp_path / "run")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"prompts_per_batch": 3}, "no whole number"),
        ({"save_every": 0}, "at least 1"),
        ({"learning_rate": 0.0}, "must be positive"),
        ({"precision": "float16"}, "float32 or bfloat16"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replace(QUICK, **change)


def quickly_tuned(family: str, folder: Path) -> FineTuned:
    config = replace(QUICK, max_steps=2)
    return finetune(tiny(family, folder / "base"), planted(16), config, folder / "run")


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_the_written_folder_scores_raw_text_the_same(family: str, tmp_path: Path) -> None:
    tuned = quickly_tuned(family, tmp_path)
    folder = tmp_path / "model"
    write_finetuned(folder, tuned, {"snapshot": "abc"})
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = [{"role": "user", "content": "Why?"}]
    some = [Conversation(asked, text) for text in ["", "Because.", "Well, " * 60]]
    texts = [render(tokenizer, conversation) for conversation in some]
    batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        scores = model(**batch).logits[:, 0].numpy()
    np.testing.assert_allclose(scores, tuned.scores(some), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_the_written_folder_keeps_the_contract_of_a_reward_model(
    family: str, tmp_path: Path
) -> None:
    tuned = quickly_tuned(family, tmp_path)
    folder = tmp_path / "model"
    write_finetuned(folder, tuned, {"snapshot": "abc"})
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    head = head_of(model)
    assert (model.config.num_labels, head.out_features) == (1, 1)
    assert head.bias is None or not head.bias.any()
    assert model.config.pad_token_id == tokenizer.pad_token_id != tokenizer.eos_token_id
    assert tokenizer.model_max_length == 100
    assert tokenizer.chat_template == tuned.backbone.tokenizer.chat_template
    assert (model.config.mean, model.config.std) == (tuned.mean, tuned.std)
    assert {path.suffix for path in folder.iterdir()} <= {".safetensors", ".json", ".jinja", ".txt"}
    assert "tiebreak_packed" not in (folder / "config.json").read_text()
    meta = json.loads((folder / "tiebreak.json").read_text())
    assert (meta["snapshot"], meta["tier"]) == ("abc", "full")
    assert Backbone.load(folder, max_tokens=100).digest == meta["backbone_digest"]


def test_a_folder_that_reloads_to_other_scores_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = quickly_tuned("llama", tmp_path)
    usual = tuned_module.scores_of
    monkeypatch.setattr(tuned_module, "scores_of", lambda *given: usual(*given) + 1e-3)
    place = tmp_path / "models"
    with pytest.raises(ExportMismatch, match="Nothing was kept"):
        write_finetuned(place / "model", tuned, {})
    assert list(place.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    tuned = quickly_tuned("llama", tmp_path)
    (tmp_path / "model").mkdir()
    with pytest.raises(FileExistsError, match="Nothing was written"):
        write_finetuned(tmp_path / "model", tuned, {})
    assert list((tmp_path / "model").iterdir()) == []


def test_tensorboard_is_written_where_the_operator_names_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = partial(trainer_module._arguments, QUICK, tmp_path, 8, 0)
    assert told().report_to == []
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "board"))
    assert told().report_to == ["tensorboard"]
