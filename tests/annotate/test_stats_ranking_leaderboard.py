"""Policies ranked: simultaneous intervals, ranks, win rates and style, against plain counts."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student_t

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.davidson import outcome_probabilities
from annotate.stats.ranking.leaderboard import (
    MOST_POLICIES,
    SAME_STYLE,
    Leaderboard,
    leaderboard,
)
from annotate.stats.ranking.simultaneous import rank_ranges, simultaneous_errors
from annotate.stats.ranking.standings import NEVER_COMPARED, NO_COMPARISONS, ONE_PROMPT
from annotate.stats.ranking.style import STYLE_FEATURES, style_difference, style_features

NOTHING = np.zeros(0, dtype=np.int64)


def judged(
    truth: FloatArray, prompts: int, seed: int = 0, *, shared: float = 0.0
) -> dict[str, Any]:
    """Four comparisons a prompt; `shared` is how far a prompt moves the policies' scores."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(prompts), 4)
    moved = truth + shared * rng.normal(size=(prompts, len(truth)))
    first = rng.integers(len(truth), size=len(cluster))
    second = (first + rng.integers(1, len(truth), size=len(cluster))) % len(truth)
    logit = moved[cluster, first] - moved[cluster, second]
    win, tie = outcome_probabilities(logit, np.array([-0.5]))
    draw = rng.random(len(cluster))
    return {
        "policy_first": first,
        "policy_second": second,
        "outcome": (draw > win).astype(np.int64) + (draw > win + tie),
        "policies": len(truth),
        "cluster": cluster,
    }


def test_the_intervals_of_scores_and_ranks_hold_all_at_once() -> None:
    truth = np.array([0.6, 0.3, 0.25, 0.0, -0.35, -0.8])
    rank = 1 + np.argsort(np.argsort(-truth))
    covered = []
    for seed in range(120):
        board = leaderboard(**judged(truth, 80, seed))
        scores, ranks = board.plain.scores, board.plain.ranks
        assert ranks is not None
        bounds = [(e.lower or 0.0, e.upper or 0.0) for e in scores]
        centred = truth - truth.mean()
        inside = all(low <= s <= high for (low, high), s in zip(bounds, centred, strict=True))
        covered.append((inside, bool(((ranks.best <= rank) & (rank <= ranks.worst)).all())))
    by_scores, by_ranks = np.array(covered).mean(axis=0)
    assert 0.90 <= by_scores <= 0.99  # a binomial of 120 at .95 has a standard error of .02
    assert by_ranks >= 0.95  # ranks are certain only where differences are: conservative


def test_prompts_that_move_all_their_comparisons_widen_the_intervals() -> None:
    data = judged(np.zeros(4), 200, shared=2.0)
    ranking = leaderboard(**data).plain.ranking
    assert ranking.clustered is not None
    assert (ranking.clustered.score > 1.05 * ranking.errors.score).all()


def test_simultaneous_half_widths_are_known_where_a_formula_is() -> None:
    independent = simultaneous_errors(np.diag([1.0, 4.0, 9.0, 16.0]), 1e9)
    sidak = norm.ppf((1 + 0.95 ** (1 / 4)) / 2)
    assert independent == pytest.approx(sidak * np.array([1, 2, 3, 4]), rel=0.02)
    mirrored = simultaneous_errors(np.array([[1.0, -1.0], [-1.0, 1.0]]), 1e9)
    assert mirrored == pytest.approx([1.96, 1.96], rel=0.03)
    few = simultaneous_errors(np.array([[1.0]]), 5)
    assert few == pytest.approx([student_t.ppf(0.975, 5)], rel=0.06)
    assert simultaneous_errors(np.zeros((2, 2)), 5).tolist() == [0, 0]


def test_rank_ranges_are_what_certain_differences_leave() -> None:
    score = np.array([5.0, 0.1, 0.0, -5.0, 3.0])
    component = np.array([0, 0, 0, 0, 1])
    ranks = rank_ranges(score, np.eye(5) * 0.1, component, 1e9)
    assert ranks.rank.tolist() == [1, 2, 3, 4, 1]
    assert ranks.best.tolist() == [1, 2, 2, 4, 1]
    assert ranks.worst.tolist() == [1, 3, 3, 4, 1]


def test_a_difference_without_an_error_is_left_open() -> None:
    level = np.ones((2, 2))  # the two go up and down together
    ranks = rank_ranges(np.array([0.0, 1.0]), level, np.zeros(2, dtype=np.int64), 10)
    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1, 1], [2, 2])


def test_win_rates_and_tables_are_those_of_plain_counts() -> None:
    data = judged(np.array([0.5, 0.0, -0.5]), 50)
    weight = np.random.default_rng(1).random(200)
    board = leaderboard(**data, weight=weight)
    wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
    rows = zip(data["policy_first"], data["policy_second"], data["outcome"], weight, strict=True)
    for a, b, outcome, w in rows:
        if outcome == 1:
            ties[a, b] += w
            ties[b, a] += w
        else:
            wins[(a, b) if outcome == 0 else (b, a)] += w
    assert board.wins == pytest.approx(wins)
    assert board.ties == pytest.approx(ties)
    win = board.plain.win_probability
    for i in range(3):
        others = [j for j in range(3) if j != i]
        expected = np.mean([win[i, j] + (1 - win[i, j] - win[j, i]) / 2 for j in others])
        assert board.plain.win_rates[i].value == pytest.approx(expected)
    nu = np.exp(board.plain.ranking.log_tie[0])
    worth = np.exp(board.plain.ranking.score)
    total = worth[0] + worth[2] + nu * np.sqrt(worth[0] * worth[2])
    assert win[0, 2] == pytest.approx(worth[0] / total)
    assert board.plain.scores[0].n == np.sum(
        (data["policy_first"] == 0) | (data["policy_second"] == 0)
    )


def test_intervals_of_win_rates_are_those_of_the_delta_method() -> None:
    board = leaderboard(**judged(np.array([0.4, -0.4]), 100))
    ranking, rate, score = board.plain.ranking, board.plain.win_rates[0], board.plain.scores[0]
    ends = [score.upper, score.lower]
    expected = []
    for end in ends:
        assert end is not None
        win, tie = outcome_probabilities(np.array([2 * end]), ranking.log_tie)
        expected.append(float(win[0] + tie[0] / 2))
    assert [rate.upper, rate.lower] == pytest.approx(expected, abs=0.01)


def styled(seed: int = 0, n: int = 6000) -> tuple[dict[str, Any], FloatArray]:
    """Policy 2 is the worst of three and writes at such length that it wins."""
    rng = np.random.default_rng(seed)
    truth = np.array([0.5, 0.0, -0.5])
    data = judged(truth, n // 4, seed)
    first, second = data["policy_first"], data["policy_second"]
    length = rng.normal(size=n) + 1.5 * ((first == 2).astype(float) - (second == 2))
    logit = truth[first] - truth[second] + 1.2 * length
    win, tie = outcome_probabilities(logit, np.array([-0.5]))
    draw = rng.random(n)
    data["outcome"] = (draw > win).astype(np.int64) + (draw > win + tie)
    return data, np.column_stack([length, np.zeros(n)])


def test_style_control_takes_the_effect_of_length_out_of_the_ranking() -> None:
    data, style = styled()
    board = leaderboard(**data, style=style)
    assert board.plain.ranking.score.argmax() == 2
    assert board.controlled is not None
    assert board.controlled.ranking.score == pytest.approx([0.5, 0, -0.5], abs=0.15)
    effect, constant = board.style
    size = np.sqrt(np.mean(np.square(style[:, 0])))
    assert effect.lower is not None
    assert effect.upper is not None
    assert effect.lower < 1.2 * size < effect.upper
    assert (constant.value, constant.reason) == (None, SAME_STYLE)


def test_it_does_not_matter_which_response_came_first_or_what_policies_are_called() -> None:
    data, style = styled(n=800)
    board = leaderboard(**data, style=style)
    flip = np.random.default_rng(0).random(800) < 0.5
    name: IntArray = np.array([2, 0, 1])
    first, second = name[data["policy_first"]], name[data["policy_second"]]
    other: Leaderboard = leaderboard(
        np.where(flip, second, first),
        np.where(flip, first, second),
        np.where(flip, 2 - data["outcome"], data["outcome"]),
        policies=3,
        cluster=data["cluster"],
        style=np.where(flip[:, None], -style, style),
    )
    assert board.controlled is not None
    assert other.controlled is not None
    scores = board.controlled.ranking.score
    assert other.controlled.ranking.score[name] == pytest.approx(scores, abs=1e-8)
    assert other.style[0].value == pytest.approx(board.style[0].value, abs=1e-8)
    assert other.wins[np.ix_(name, name)] == pytest.approx(board.wins)


def test_policies_that_no_chain_joins_are_said_to_be_incomparable() -> None:
    board = leaderboard(
        np.array([0, 1, 2, 3, 4, 0]),
        np.array([1, 0, 3, 2, 4, 1]),
        np.array([0, 1, 0, 0, 1, 2]),
        policies=5,
        cluster=np.arange(6),
    )
    assert board.incomparable is not None
    assert "3 groups" in board.incomparable
    assert board.same_policy == 1
    assert np.isnan(board.plain.win_probability[0, 2])
    assert board.plain.scores[4].reason == board.plain.win_rates[4].reason == NEVER_COMPARED
    assert board.plain.ranks is not None
    assert board.plain.ranks.worst.max() == 2
    assert all(one.reason is None for one in board.plain.scores[:4])


def test_without_comparisons_every_policy_has_a_reason() -> None:
    board = leaderboard(
        NOTHING, NOTHING, NOTHING, policies=2, cluster=NOTHING, style=np.zeros((0, 1))
    )
    assert board.plain.no_intervals == NO_COMPARISONS
    assert [one.reason for one in board.plain.scores] == [NEVER_COMPARED] * 2
    assert board.style[0].reason == SAME_STYLE
    assert leaderboard(NOTHING, NOTHING, NOTHING, policies=0, cluster=NOTHING).incomparable is None


def test_one_prompt_gives_scores_without_intervals() -> None:
    data = {**judged(np.zeros(3), 10), "cluster": np.zeros(40, dtype=np.int64)}
    board = leaderboard(**data, style=np.random.default_rng(0).normal(size=(40, 1)))
    assert (board.plain.no_intervals, board.plain.ranks) == (ONE_PROMPT, None)
    for one in (board.plain.scores[0], board.plain.win_rates[0], board.style[0]):
        assert one.value is not None
        assert (one.lower, one.upper, one.reason) == (None, None, None)


def test_ties_alone_leave_every_rank_open() -> None:
    pairs = np.array(list(combinations(range(4), 2)) * 5)
    ties = np.ones(30, dtype=np.int64)
    board = leaderboard(pairs[:, 0], pairs[:, 1], ties, policies=4, cluster=np.arange(30))
    assert board.plain.ranking.score == pytest.approx(np.zeros(4), abs=1e-9)
    assert [one.value for one in board.plain.win_rates] == pytest.approx([0.5] * 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cluster": np.arange(3)},
        {"style": np.full((40, 1), np.nan)},
        {"policies": MOST_POLICIES + 1},
        {"policies": 2},
        {"weight": np.full(40, -1.0)},
    ],
)
def test_wrong_input_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"policies|policy|index|Every|weight"):
        leaderboard(**{**judged(np.zeros(3), 10), **wrong})


def test_style_is_counted_outside_code() -> None:
    text = "# Title\n- one\n* two\n12. three\nnot - one\n**bold** and __bold__ 2 ** 3\n"
    code = "```python\n# comment\n- x\n**y**\n```\n"
    assert STYLE_FEATURES == ("length", "list items", "headings", "bold passages")
    assert style_features(text).tolist() == [len(text), 3, 1, 2]
    assert style_features(text + code + "## More").tolist() == [len(text + code) + 7, 3, 2, 2]
    assert style_features("").tolist() == [0, 0, 0, 0]
    assert style_features("text\n```\n# never closed").tolist() == [23, 0, 0, 0]


def test_the_difference_of_style_is_relative() -> None:
    found = style_difference(np.array([[500.0, 0.0, 3.0]]), np.array([[520.0, 0.0, 0.0]]))
    assert found.tolist() == [[pytest.approx(-20 / 1020), 0, 1]]
