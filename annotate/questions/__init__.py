"""What raters are asked: one module a kind, with its spec, its answer and how that is checked.

Pure: it knows JSON and Python values, not tasks, people or the database. A new kind is a new
module, its place in the unions and in `KINDS`, and a case in `known`.
"""

from collections.abc import Mapping
from typing import Final

from annotate.questions.comparison import ComparisonAnswer, ComparisonSpec
from annotate.questions.errors import InvalidSpec
from annotate.questions.rating import RatingSpec
from annotate.questions.rating_answer import RatingAnswer
from annotate.questions.revision import RevisionAnswer, RevisionSpec
from annotate.questions.steps import StepsAnswer, StepsSpec

Spec = ComparisonSpec | RatingSpec | StepsSpec | RevisionSpec
Answer = ComparisonAnswer | RatingAnswer | StepsAnswer | RevisionAnswer

KINDS: Final[Mapping[str, type[Spec]]] = {
    "comparison": ComparisonSpec,
    "rating": RatingSpec,
    "steps": StepsSpec,
    "revision": RevisionSpec,
}


def parse(kind: str, spec: object) -> Spec:
    """The spec of a question of this kind, from its JSON; InvalidSpec names what is wrong."""
    if kind not in KINDS:
        raise InvalidSpec(
            "kind", f"There is no question kind {kind!r}; there are: {', '.join(KINDS)}."
        )
    return KINDS[kind].from_json(spec)
