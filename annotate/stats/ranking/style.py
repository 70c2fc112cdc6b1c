"""How a response looks: length and Markdown. Text in, four numbers out; it judges no content.

The features and their normalised difference are those of Li, Angelopoulos & Chiang, "Does style
matter? Disentangling style and substance in Chatbot Arena" (LMSYS, 28 August 2024), with characters
for tokens: the difference is relative, so the unit of length doesn't matter much.
"""

import re

import numpy as np

from annotate.stats.arrays import FloatArray

STYLE_FEATURES = ("length", "list items", "headings", "bold passages")
"""What `style_features` counts, in order."""

_CODE = re.compile(r"^ {0,3}```.*?(?:^ {0,3}```|\Z)", re.DOTALL | re.MULTILINE)
_COUNTED = (
    re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE),
    re.compile(r"^ {0,3}#{1,6}[ \t]", re.MULTILINE),
    re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
)


def style_features(text: str) -> FloatArray:
    """Characters, list items, headings and bold passages, `[4]`; fenced code is length only."""
    prose = _CODE.sub("", text)
    return np.array(
        [len(text), *(sum(1 for _ in mark.finditer(prose)) for mark in _COUNTED)],
        dtype=np.float64,
    )


def style_difference(first: FloatArray, second: FloatArray) -> FloatArray:
    """(a − b)/(a + b) of features that aren't negative, `[n, p]` twice to `[n, p]`; 0 for 0 and 0.

    500 characters against 520 are nearly the same, 20 against 40 are not.
    """
    total = first + second
    return np.divide(first - second, total, out=np.zeros_like(total), where=total > 0)
