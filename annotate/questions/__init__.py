"""What raters are asked: one module a kind, with its spec, its answer and how that is checked.

Pure: it knows JSON and Python values, not tasks, people or the database. A new kind is a new module
and a new case in `parse`.
"""

from annotate.questions.comparison import ComparisonSpec
from annotate.questions.errors import InvalidSpec


def parse(kind: str, spec: object) -> ComparisonSpec:
    """The spec of a question of this kind, from its JSON; InvalidSpec names what is wrong."""
    match kind:
        case "comparison":
            return ComparisonSpec.from_json(spec)
        case _:
            raise InvalidSpec("kind", f"There is no question kind {kind!r}; there is: comparison.")
