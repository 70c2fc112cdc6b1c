"""What a reward model must beat before it has learnt anything: three models that read no meaning.

*Longer wins* scores a response by its length in characters. *Style* is a Bradley-Terry model of ten
surface features. *Bag of words* is a Bradley-Terry model of which words a response has. All are
trained on the train split alone and scored on the same held-out comparisons as the candidate.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.evaluate import Evaluation, evaluate
from rm_training.ml.train import Features, Problem, choose_penalty

WORD_BUCKETS = 2**15
# The penalty of the bag of words. In five folds of OASST (1,022 pairs) and HH harmless (2,312), a
# third or three times as much moves accuracy by 0.2 to 2 points; a standard error is 1 to 2.
WORD_PENALTY = 10.0
STYLE = (
    "characters (log)", "words (log)", "letters a word", "words a sentence", "lines (log)",
    "list items (log)", "headings and bold (log)", "code marks (log)", "digits (log)",
    "apologies",
)  # fmt: skip
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)")
LIST_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)
EMPHASIS = re.compile(r"^#{1,6}\s|\*\*", re.MULTILINE)
APOLOGY = re.compile(r"\b(?:sorry|apologi[sz]e|cannot|can't|unable|as an ai)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Floor:
    """A floor's reward for every text [m]; `log_odds` is False where it predicts no probability."""

    label: str
    scores: Floats
    log_odds: bool

    def evaluate(self, held_out: Comparisons, config: TrainConfig) -> Evaluation:
        """Its figures on the held-out comparisons."""
        return evaluate(self.scores, held_out, config, log_odds=self.log_odds)


def fit_floors(comparisons: Comparisons, config: TrainConfig) -> dict[str, Floor]:
    """The floors `length`, `style` and `words`, trained on the train split of `comparisons`."""
    texts = [conversation.response for conversation in comparisons.conversations]
    train = comparisons.training()
    lengths = np.array([len(text) for text in texts], np.float64)
    return {
        "length": Floor("the longer answer wins", lengths, log_odds=False),
        "style": Floor("style alone", style_scores(texts, train, config), log_odds=True),
        "words": Floor("bag of words", word_scores(texts, train), log_odds=True),
    }


def style_scores(texts: Sequence[str], train: Comparisons, config: TrainConfig) -> Floats:
    """Rewards [m] of a Bradley-Terry model of the ten features in `STYLE`."""
    features = np.array([style_of(text) for text in texts], np.float32)
    return _linear_scores(features, train, config)


def _linear_scores(features: Features, train: Comparisons, config: TrainConfig) -> Floats:
    problem = Problem.of(features, train)
    penalty = choose_penalty(problem, config)
    heads = problem.fit(np.ones((len(problem.units), 1)), np.array([penalty]), config)
    scores: Floats = features @ problem.unscale(heads)[0]
    return scores


def style_of(text: str) -> list[float]:
    """The ten surface features of a text, in the order of `STYLE`."""
    words = WORD.findall(text)
    counted = (
        text.count("\n"),
        len(LIST_ITEM.findall(text)),
        len(EMPHASIS.findall(text)),
        text.count("`"),
        sum(character.isdigit() for character in text),
    )
    return [
        float(np.log1p(len(text))),
        float(np.log1p(len(words))),
        sum(map(len, words)) / max(1, len(words)),
        len(words) / max(1, len(SENTENCE_END.findall(text))),
        *(float(np.log1p(count)) for count in counted),
        float(len(APOLOGY.findall(text))),
    ]


def word_scores(texts: Sequence[str], train: Comparisons) -> Floats:
    """Rewards [m] of a Bradley-Terry model of hashed word counts (log1p), ridge penalty.

    Words are lower-cased and hashed by CRC-32 into `WORD_BUCKETS`, so no vocabulary is stored.
    """
    counts = word_counts(texts)
    difference = csr_array(counts[train.first] - counts[train.second])
    scores: Floats = counts @ fit_sparse(difference, train.target, train.weight, WORD_PENALTY)
    return scores


def word_counts(texts: Iterable[str]) -> csr_array:
    """log(1 + count) of each text's hashed words, sparse [m, WORD_BUCKETS]."""
    columns: list[int] = []
    values: list[int] = []
    ends = [0]
    for text in texts:
        counts = Counter(map(_bucket, WORD.findall(text.lower())))
        columns += counts.keys()
        values += counts.values()
        ends.append(len(columns))
    shape = (len(ends) - 1, WORD_BUCKETS)
    return csr_array((np.log1p(values), np.array(columns), np.array(ends)), shape=shape)


@lru_cache(maxsize=2**17)
def _bucket(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) % WORD_BUCKETS


def fit_sparse(difference: csr_array, target: Floats, weight: Floats, penalty: float) -> Floats:
    """The head [d] that minimises weighted cross-entropy + penalty/2 |head|^2, by L-BFGS."""

    def loss(head: Floats) -> tuple[float, Floats]:
        margin = difference @ head
        value = weight @ (np.logaddexp(0, margin) - target * margin) + penalty / 2 * (head @ head)
        slope = difference.T @ (weight * (expit(margin) - target)) + penalty * head
        return float(value), slope

    start = np.zeros(difference.shape[1])
    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found
