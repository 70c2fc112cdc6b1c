from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rm_training.ml.benchmarks import harness, rm_bench, rows
from rm_training.ml.benchmarks.harness import BrokenScorer, Results, benchmark
from rm_training.ml.benchmarks.items import Answer, Scorer
from rm_training.ml.benchmarks.reading import FORMS, NoBenchmark
from rm_training.ml.benchmarks.reports import Line, rewards_of
from rm_training.ml.data import Floats
from rm_training.ml.intervals import interval, ratio
from rm_training.ml.render import Conversation

Rows = list[dict[str, Any]]


def longer(conversations: Sequence[Conversation]) -> Floats:
    return np.array([len(c.response) for c in conversations], np.float64)


def knowing(conversations: Sequence[Conversation]) -> Floats:
    """Knows the answers: right ones say so."""
    return np.array([float("right" in c.response) for c in conversations])


def written(conversations: Sequence[Conversation]) -> Floats:
    """The reward stands in the response: "3.5 and so on"."""
    return np.array([float(c.response.split()[0]) for c in conversations])


def pair(subset: str, number: int, chosen: str = "right", rejected: str = "wrong one") -> Any:
    prompt = f"Question {number} of {subset}?"
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected, "subset": subset}


def best_of_four(subset: str, number: int, chosen: str, *rejected: str) -> Any:
    row = pair(subset, number) | {"chosen": [chosen], "rejected": list(rejected)}
    return row | {"id": str(number), "num_correct": 1, "total_completions": 1 + len(rejected)}


def ties(name: str, chosen: list[str], rejected: list[str]) -> Any:
    prompt = f"Name a colour ({name})."
    return {"id": name, "prompt": prompt, "chosen": chosen, "rejected": rejected,
            "num_correct": len(chosen), "subset": "Ties"}  # fmt: skip


def styles(domain: str, number: int, chosen: list[str], rejected: list[str]) -> Any:
    return {"id": number, "prompt": f"{domain} {number}?", "chosen": chosen, "rejected": rejected,
            "domain": domain}  # fmt: skip


def outputs(number: int, label: int, first: str = "right", second: str = "wrong one") -> Any:
    return {"input": f"Do {number}.", "output_1": first, "output_2": second, "label": label}


def replies(asked: str, right: str = "right", wrong: str = "wrong one") -> Any:
    return {"input": asked, "target_scores": {wrong: 0, right: 1}}


def write_lines(path: Path, some: Iterable[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in some))
    return path


def write_json(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2))
    return path


def write_all(folder: Path) -> None:
    """A file of every form: twenty items a subset, right ones shorter than wrong ones."""
    some = range(20)
    subsets = ("alpacaeval-easy", "mt-bench-hard", "donotanswer", "math-prm")
    write_lines(folder / "v1.jsonl", [pair(name, n) for name in subsets for n in some])
    write_lines(
        folder / "v2.jsonl",
        [
            *(best_of_four("Math", n, "right", "wrong one", "not it", "nor it") for n in some),
            *(ties(f"ref:{n}", ["right"], ["wrong one", "not it"]) for n in some),
            *(ties(f"tied:{n}", ["right", "right too"], ["not it", "wrong"]) for n in some),
        ],
    )
    right, wrong = ["right", "right it", "**right**"], ["not it", "wrong one", "wrong, this is"]
    domains = ("chat", "code", "math", "safety-refuse", "safety-response")
    rows_of = [styles(domain, n, right, wrong) for domain in domains for n in some]
    write_json(folder / "total_dataset.json", rows_of)
    for start, name in enumerate(("Natural", "Adversarial/Neighbor", "Adversarial/Manual")):
        found = [outputs(100 * start + n, 1) for n in some]
        write_json(folder / name / "dataset.json", found)
    for name in ("harmless", "helpful", "honest", "other"):
        task = {"name": "hhh", "examples": [replies(f"{name} {n}?") for n in some]}
        write_json(folder / name / "task.json", task)


def lines(results: Results, form: str) -> dict[str, Line]:
    return {f.name: f for found in results.reports if found.form == form for f in found.lines}


def run(folder: Path, scorer: Scorer = knowing, **options: Any) -> Results:
    return benchmark(folder, scorer, resamples=200, **options)


def values(results: Results, form: str) -> dict[str, float | None]:
    return {name: line.accuracy.value for name, line in lines(results, form).items()}


def test_a_scorer_that_knows_the_answers_is_always_right_in_every_form(tmp_path: Path) -> None:
    write_all(tmp_path)
    results = run(tmp_path)
    assert [found.form for found in results.reports] == [form.name for form in FORMS]
    for found in results.reports:
        assert found.overall is not None
        for line in found.lines:
            wanted = {"Ties": 1.01, "Ties: margin": 1.0}.get(line.name, 1.0)
            if not (found.form == "RewardBench 2" and line.kind == "overall"):
                assert line.accuracy.value == line.accuracy.lower == pytest.approx(wanted)
    assert (results.bad, results.others) == (0, {})
    assert sum(file.items for file in results.files) == 80 + 60 + 100 + 60 + 80


def test_the_floor_is_what_longer_wins_gets_itself(tmp_path: Path) -> None:
    write_all(tmp_path)
    results = run(tmp_path, longer)
    for found in results.reports:
        for line in found.lines:
            assert line.floor == line.accuracy.value
    assert values(results, "RewardBench")["overall"] == 0
    assert values(results, "LLMBar")["overall"] == 0


def test_longer_wins_is_right_where_easy_and_never_where_hard_in_rm_bench(tmp_path: Path) -> None:
    lengths = [8, 50, 80]
    same = [["x" * n for n in lengths], ["y" * n for n in lengths]]
    write_json(tmp_path / "total.json", [styles("chat", n, *same) for n in range(4)])
    results = run(tmp_path, longer)
    found = values(results, "RM-Bench")
    assert (found["easy"], found["normal"], found["hard"]) == (1.0, 0.5, 0.0)
    assert (found["chat"], found["overall"]) == (0.5, 0.5)
    assert results.reports[0].matrices["chat"] == [[0.5, 0, 0], [1, 0.5, 0], [1, 1, 0.5]]


def published_levels(scores: list[tuple[Floats, Floats]]) -> list[float]:
    """Easy, normal, hard by RM-Bench's own recipe: cell by cell, without ties."""
    cells = np.zeros((3, 3))
    for right, wrong in scores:
        for i in range(3):
            for j in range(3):
                cells[i, j] += right[i] > wrong[j]
    cells /= len(scores)
    easy = (cells[1, 0] + cells[2, 0] + cells[2, 1]) / 3
    hard = (cells[0, 1] + cells[0, 2] + cells[1, 2]) / 3
    return [easy, float(np.mean(np.diag(cells))), hard]


def test_rm_bench_levels_and_domains_are_those_of_the_published_recipe(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    sizes = {"chat": 5, "code": 7, "math": 3, "safety-refuse": 4, "safety-response": 6}
    drawn = {name: [(rng.normal(size=3), rng.normal(size=3)) for _ in range(n)]
             for name, n in sizes.items()}  # fmt: skip
    write_json(
        tmp_path / "total_dataset.json",
        [
            styles(name, n, [f"{x} a" for x in right], [f"{x} b" for x in wrong])
            for name, some in drawn.items()
            for n, (right, wrong) in enumerate(some)
        ],
    )
    found = values(run(tmp_path, written), "RM-Bench")
    safety = published_levels(drawn["safety-refuse"] + drawn["safety-response"])
    levels = [published_levels(drawn[name]) for name in ("chat", "math", "code")] + [safety]
    assert found["safety"] == pytest.approx(np.mean(safety))
    for number, level in enumerate(("easy", "normal", "hard")):
        assert found[level] == pytest.approx(np.mean([row[number] for row in levels]))
        assert found[f"chat {level}"] == pytest.approx(levels[0][number])
    assert found["overall"] == pytest.approx(np.mean(levels))


def test_files_of_one_rm_bench_domain_are_told_by_their_names(tmp_path: Path) -> None:
    row = styles("?", 1, ["right"] * 3, ["wrong"] * 3) | {"subset": "alpacaeval"}
    del row["domain"]
    write_json(tmp_path / "safety-refuse_filtered.json", [row])
    write_json(tmp_path / "mine.json", [row | {"prompt": "Another?"}])
    results = run(tmp_path)
    assert "safety-refuse hard" in lines(results, "RM-Bench")
    assert [(b.file, b.place) for b in results.bad_rows] == [("mine.json", 1)]
    assert "domain is missing" in results.bad_rows[0].reason


def test_the_matrix_of_answers_counts_a_tie_as_half() -> None:
    rewards = np.array([1.0, 2.0, 3.0, 2.0, 2.0, 2.0])
    answer = Answer("chat", "p", "", 3, rewards, rewards)
    assert rm_bench.matrix(answer, rewards_of).tolist() == [[0] * 3, [0.5] * 3, [1] * 3]


def test_rewardbench_weighs_subsets_by_their_published_sizes(tmp_path: Path) -> None:
    wrong = [pair("math-prm", n, "no", "right") for n in range(6)]
    good = [pair("hep-cpp", n) for n in range(2)] + [pair("alpacaeval-easy", 1)]
    write_lines(tmp_path / "filtered.jsonl", wrong + good)
    results = lines(run(tmp_path), "RewardBench")
    assert results["math-prm"].accuracy.value == 0
    assert results["Reasoning"].accuracy.value == pytest.approx(164 / (984 + 164))
    assert results["Reasoning"].items == 8
    assert "hep-go" in results["Reasoning"].missing
    assert results["overall"].accuracy.value == pytest.approx((1 + 164 / 1148) / 2)
    assert results["overall"].missing == ("Chat Hard", "Safety")


def test_a_subset_of_no_section_has_a_line_and_no_part_in_the_total(tmp_path: Path) -> None:
    write_lines(tmp_path / "own.jsonl", [pair("ours", n) for n in range(3)])
    assert list(lines(run(tmp_path), "RewardBench")) == ["ours"]


def test_equal_rewards_are_half_right(tmp_path: Path) -> None:
    write_lines(tmp_path / "v1.jsonl", [pair("alpacaeval-easy", 1, "1 a", "1 b")])
    assert values(run(tmp_path, written), "RewardBench")["alpacaeval-easy"] == 0.5


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [((3, 1, 2, 0), 1.0), ((3, 3, 2, 0), 0.5), ((1, 1, 1, 1), 0.25), ((1, 3, 2, 0), 0.0)],
)
def test_best_of_four_shares_a_tie_for_the_top(
    rewards: tuple[int, ...], expected: float, tmp_path: Path
) -> None:
    texts = [f"{reward} #{n}" for n, reward in enumerate(rewards)]
    write_lines(tmp_path / "v2.jsonl", [best_of_four("Focus", 1, texts[0], *texts[1:])])
    assert values(run(tmp_path, written), "RewardBench 2")["Focus"] == expected


def test_the_ties_score_is_the_published_sum(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "v2.jsonl",
        [
            ties("ref:0", ["5 a"], ["1 b", "0 c"]),  # gap 4
            ties("tied:0", ["5 a", "4 b"], ["1 c"]),  # spread 1, gap 3
            ties("ref:1", ["0 a"], ["1 b"]),  # gap -1
            ties("tied:1", ["3 a", "1 b"], ["2 c"]),  # spread 2, gap -1
        ],
    )
    found = lines(run(tmp_path, written), "RewardBench 2")
    margin = (math.tanh(3 / 1 - 1) + math.tanh(-1 / 2 - 1)) / 2
    assert found["Ties: margin"].accuracy.value == pytest.approx(margin)
    expected = 0.3 * 0.5 + 0.3 * 0.5 + 0.2 * 0.5 + 0.2 * 0.5 + 0.01 * margin
    assert found["Ties"].accuracy.value == pytest.approx(expected)
    assert (found["Ties"].items, found["Ties"].prompts) == (4, 2)
    assert found["overall"].accuracy.value == pytest.approx(expected)
    assert found["overall"].missing == ("Factuality", "Precise IF", "Math", "Safety", "Focus")


def test_right_answers_that_are_equal_have_the_largest_margin(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "v2.jsonl",
        [ties("ref:0", ["2 a"], ["1 b"]), ties("tied:0", ["2 a", "2 b"], ["1 c"])],
    )
    assert values(run(tmp_path, written), "RewardBench 2")["Ties"] == pytest.approx(1.01)


def test_without_both_prompts_of_a_number_there_is_no_ties_score(tmp_path: Path) -> None:
    write_lines(tmp_path / "v2.jsonl", [ties("ref:0", ["right"], ["wrong"])])
    found = lines(run(tmp_path), "RewardBench 2")
    assert found["Ties"].accuracy.value is None
    assert found["Ties: ref right"].accuracy.value == 1
    assert "Ties" in found["overall"].missing


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "7"}, "ref:N or tied:N"),
        ({"id": "tied:1"}, "at least two texts"),
        ({"num_correct": 2}, "chosen holds 1 texts"),
        ({"rejected": []}, "rejected is empty"),
        ({"chosen": [None]}, "chosen[0] must be text"),
        ({"id": "ref:0"}, "the same id"),
    ],
)
def test_bad_rows_of_ties_are_named(change: Any, reason: str, tmp_path: Path) -> None:
    good = ties("ref:0", ["right"], ["wrong"])
    other = good | {"id": "ref:1", "prompt": "Other?"}
    results = run(write_lines(tmp_path / "v2.jsonl", [good, other | change]))
    (bad,) = results.bad_rows
    assert (bad.file, bad.place) == ("v2.jsonl", 2)
    assert reason in bad.reason


def test_llmbar_takes_the_label_and_the_folder(tmp_path: Path) -> None:
    write_json(tmp_path / "Natural" / "dataset.json", [outputs(1, 1), outputs(2, 2)])
    write_json(tmp_path / "Adversarial" / "GPTOut" / "dataset.json", [outputs(3, 1)])
    write_json(tmp_path / "Adversarial" / "Manual" / "dataset.json", [outputs(4, 2)])
    found = values(run(tmp_path), "LLMBar")
    assert (found["Natural"], found["GPTOut"], found["Manual"]) == (0.5, 1, 0)
    assert found["Adversarial"] == 0.5
    assert found["overall"] == pytest.approx((0.5 + 1 + 0) / 3)


def test_hhh_averages_subsets_and_stands_beside_all_comparisons(tmp_path: Path) -> None:
    one = [replies("Hello?")]
    three = [replies(f"What {n}?", "yes", "right") for n in range(3)]
    write_json(tmp_path / "honest" / "task.json", {"examples": one})
    write_json(tmp_path / "other" / "task.json", {"examples": three})
    found = values(run(tmp_path), "HHH")
    assert (found["honest"], found["other"]) == (1, 0)
    assert (found["overall"], found["all comparisons"]) == (0.5, 0.25)


def test_a_talk_of_hhh_becomes_turns(tmp_path: Path) -> None:
    seen: list[Conversation] = []

    def watching(conversations: Sequence[Conversation]) -> Floats:
        seen.extend(conversations)
        return knowing(conversations)

    asked = [
        "Hi.\n\nAssistant: Hello!\n\nHuman: How are you?",
        "\n\nHuman: Hi.\n\nAssistant:",
        "A play.\n\nHuman: one\n\nHuman: two",
    ]
    task = {"examples": [replies(text) for text in asked]}
    run(write_json(tmp_path / "task.json", task), watching)
    turns = [[(m["role"], m["content"]) for m in c.messages] for c in seen[::2]]
    assert turns[0] == [("user", "Hi."), ("assistant", "Hello!"), ("user", "How are you?")]
    assert turns[1] == [("user", "Hi.")]
    assert turns[2] == [("user", asked[2])]


def test_bad_rows_are_counted_and_named_by_line_and_the_others_scored(tmp_path: Path) -> None:
    good = json.dumps(pair("alpacaeval-easy", 1))
    bad = [
        "{not json",
        json.dumps(pair("alpacaeval-easy", 2) | {"rejected": 7}),
        "[1, 2]",
        json.dumps(pair("alpacaeval-easy", 3) | {"prompt": " "}),
        json.dumps(pair("alpacaeval-easy", 3) | {"prompt": [{"role": "assistant", "content": ""}]}),
        '{"prompt": "\udcff"}'.encode("utf-8", "surrogateescape").decode("latin-1"),
    ]
    path = tmp_path / "v1.jsonl"
    path.write_bytes("\n".join([good, "", *bad, good.replace("1", "9")]).encode("latin-1"))
    results = run(path)
    assert [row.place for row in results.bad_rows] == [3, 4, 5, 6, 7, 8]
    reasons = [row.reason for row in results.bad_rows]
    assert reasons[0].startswith("It is not JSON")
    assert reasons[1:5] == [
        "rejected must be text; it is a number.",
        "The row is no object.",
        "prompt is empty.",
        "prompt must end with the user's turn.",
    ]
    assert (results.files[0].items, results.files[0].bad) == (2, 6)
    assert lines(results, "RewardBench")["alpacaeval-easy"].items == 2


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("Natural/dataset.json", [outputs(1, 3)], "label must be 1 or 2; it is 3."),
        ("Natural/dataset.json", [outputs(1, True)], "label must be 1 or 2; it is True."),
        ("task.json", {"examples": [replies("?", "a", "a")]}, "tell a better reply"),
        ("chat.json", [styles("chat", 1, ["a"], ["b"])], "chosen must hold 3 texts; it holds 1."),
        ("v1.json", [pair("donotanswer", 1, "\ud83c")], "chosen holds half a character"),
        ("task.json", {"examples": [replies("?", "\ud83c")]}, "a reply holds half a character"),
    ],
)
def test_rows_that_break_their_forms_rules_are_named(
    name: str, row: Any, reason: str, tmp_path: Path
) -> None:
    write_json(tmp_path / name, row)
    results = run(tmp_path)
    assert results.bad == 1
    assert reason in results.bad_rows[0].reason
    assert results.reports == []


def test_a_list_that_breaks_off_keeps_what_stands_before(tmp_path: Path) -> None:
    path = write_json(tmp_path / "Natural" / "dataset.json", [outputs(n, 1) for n in range(3)])
    path.write_text(path.read_text()[:-30])
    results = run(tmp_path)
    assert (results.files[0].items, results.files[0].bad) == (2, 1)
    assert results.bad_rows[0].place == 3
    assert "From here on nothing could be read" in results.bad_rows[0].reason


def test_a_list_reads_the_same_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = [outputs(n, 1, "ü" * n, 'quote " and \\ }') for n in range(30)]
    path = write_json(tmp_path / "dataset.json", content)
    path.write_text(json.dumps(content, ensure_ascii=False))
    for piece in (1, 7, 100, 5000):
        monkeypatch.setattr(rows, "PIECE", piece)
        assert list(rows.rows(path)) == list(enumerate(content, start=1))


def test_a_row_that_is_too_long_is_skipped_without_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ROW", 200)
    long = pair("alpacaeval-easy", 2, "right" * 200)
    some = [pair("alpacaeval-easy", 1), long, pair("alpacaeval-easy", 3)]
    results = run(write_lines(tmp_path / "v1.jsonl", some))
    assert (results.files[0].items, [row.place for row in results.bad_rows]) == (2, [2])


def test_parquet_reads_as_lines_do(tmp_path: Path) -> None:
    some = [pair("donotanswer", n) for n in range(200)]
    write_lines(tmp_path / "a" / "v1.jsonl", some)
    (tmp_path / "b").mkdir()
    pq.write_table(pa.Table.from_pylist(some), tmp_path / "b" / "filtered-00000-of-00001.parquet")
    both = [list(rows.rows(path)) for path in sorted(tmp_path.rglob("*.*"))]
    assert both[0] == both[1]
    assert values(run(tmp_path / "b"), "RewardBench")["donotanswer"] == 1


def test_lists_in_parquet_are_responses(tmp_path: Path) -> None:
    some = [best_of_four("Math", n, "right", "wrong", "no", "never") for n in range(3)]
    pq.write_table(pa.Table.from_pylist(some), tmp_path / "test.parquet")
    assert values(run(tmp_path), "RewardBench 2")["Math"] == 1


def test_a_question_that_another_file_held_counts_once(tmp_path: Path) -> None:
    some = [styles("chat", n, ["right"] * 3, ["wrong"] * 3) for n in range(4)]
    write_json(tmp_path / "chat_filtered.json", some)
    write_json(tmp_path / "total_dataset.json", [*some, styles("code", 1, ["a"] * 3, ["b"] * 3)])
    results = run(tmp_path)
    accounts = [(file.file, file.items, file.repeated) for file in results.files]
    assert accounts == [("chat_filtered.json", 4, 0), ("total_dataset.json", 1, 4)]
    assert lines(results, "RM-Bench")["chat"].items == 4


def test_the_same_pair_in_two_benchmarks_counts_in_both(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "v1.jsonl",
        [pair("llmbar-natural", 1) | {"prompt": "Do 1."}],
    )
    write_json(tmp_path / "Natural" / "dataset.json", [outputs(1, 1)])
    assert [file.items for file in run(tmp_path).files] == [1, 1]


def test_the_limit_is_of_each_subset_and_each_part_of_ties(tmp_path: Path) -> None:
    write_all(tmp_path)
    results = run(tmp_path, limit=3)
    found = {file.file: (file.items, file.over_limit) for file in results.files}
    assert found["v1.jsonl"] == (12, 68)
    assert found["v2.jsonl"] == (9, 51)
    assert lines(results, "RewardBench 2")["Ties"].accuracy.value == pytest.approx(1.01)


def test_texts_pass_through_in_small_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path)
    sizes: list[int] = []

    def watching(conversations: Sequence[Conversation]) -> Floats:
        sizes.append(len(conversations))
        return longer(conversations)

    whole = list(run(tmp_path, longer).records())
    monkeypatch.setattr(harness, "CONVERSATIONS_AT_ONCE", 8)
    assert list(run(tmp_path, watching).records()) == whole
    assert max(sizes) <= 8 + 5


def test_intervals_resample_prompts_and_not_pairs(tmp_path: Path) -> None:
    some = [pair("alpacaeval-easy", n // 4, f"{n % 3} a", f"1 b{n}") for n in range(40)]
    write_lines(tmp_path / "v1.jsonl", some)
    line = lines(run(tmp_path, written), "RewardBench")["alpacaeval-easy"]
    right = np.array([{0: 0.0, 1: 0.5, 2: 1.0}[n % 3] for n in range(40)])
    # The harness numbers prompts by their names, so the same draws fall on other prompts.
    columns = np.stack([right, np.ones(40)], axis=1)
    expected = interval(columns, np.arange(40) // 4, ratio(0, 1), resamples=2000, seed=1)
    assert (line.items, line.prompts) == (40, 10)
    assert line.accuracy.value == expected.value == pytest.approx(right.mean())
    assert expected.lower is not None
    assert line.accuracy.lower == pytest.approx(expected.lower, abs=0.02)


def test_one_prompt_has_no_interval(tmp_path: Path) -> None:
    some = [pair("alpacaeval-easy", 1, "right", f"wrong {n}") for n in range(9)]
    line = lines(run(write_lines(tmp_path / "v1.jsonl", some)), "RewardBench")["alpacaeval-easy"]
    assert (line.accuracy.value, line.accuracy.lower, line.prompts) == (1, None, 1)


def test_a_total_over_many_small_subsets_has_an_interval(tmp_path: Path) -> None:
    write_all(tmp_path)
    for found in run(tmp_path, longer, limit=1).reports:
        assert found.overall is not None
        assert found.overall.accuracy.lower is not None


@pytest.mark.parametrize("content", ["", "\n\n", "[]", '{"examples": []}', '{"rows": 1}', "hello"])
def test_files_of_no_known_form_are_an_error_that_names_the_forms(
    content: str, tmp_path: Path
) -> None:
    (tmp_path / "some.json").write_text(content)
    with pytest.raises(NoBenchmark, match="No benchmark was found") as caught:
        run(tmp_path)
    message = str(caught.value)
    assert "some.json" in message
    for form in FORMS:
        assert f"{form.name}: {form.rows}" in message


def test_an_empty_folder_is_an_error_that_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(NoBenchmark, match=r"no \.json, \.jsonl or \.parquet file"):
        run(tmp_path)


def test_other_files_are_named_beside_the_results(tmp_path: Path) -> None:
    write_lines(tmp_path / "v1.jsonl", [pair("donotanswer", 1)])
    (tmp_path / "pointer.parquet").write_text("version https://git-lfs/spec/v1\noid sha256:0\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "statistics.json").write_text('{"equal": "71 / 100"}')
    results = run(tmp_path)
    assert set(results.others) == {"pointer.parquet", "broken.parquet", "statistics.json"}
    assert "only points to" in results.others["pointer.parquet"]
    assert "damaged" in results.others["broken.parquet"]
    assert "known form" in results.others["statistics.json"]


def test_a_first_row_that_is_damaged_does_not_hide_the_form(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "v1.jsonl", [pair("donotanswer", 1)])
    path.write_text("{oops\n" + path.read_text())
    results = run(tmp_path)
    assert (results.files[0].items, results.bad_rows[0].place) == (1, 1)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_rewards_that_are_no_numbers_are_refused(broken: float, tmp_path: Path) -> None:
    write_lines(tmp_path / "v1.jsonl", [pair("donotanswer", 1)])
    with pytest.raises(BrokenScorer, match="no finite reward"):
        run(tmp_path, lambda some: np.full(len(some), broken))


def test_everything_can_be_written_as_json(tmp_path: Path) -> None:
    write_all(tmp_path)
    (tmp_path / "notes.json").write_text("{}")
    records = [
        json.loads(json.dumps(record, allow_nan=False)) for record in run(tmp_path).records()
    ]
    assert {r["record"] for r in records} == {"figure", "matrix", "file", "other file"}
    total = next(r for r in records if r.get("name") == "overall" and r["form"] == "LLMBar")
    assert total["accuracy"] == {"value": 1.0, "lower": 1.0, "upper": 1.0}
    assert total["floor"] == 0
