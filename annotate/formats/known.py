"""Which forms there are, what of a row each keeps, and how a row's form is told from its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from annotate.formats.finegrained import finegrained
from annotate.formats.forms import FIELDS, hh, preference, ranking
from annotate.formats.records import BadLine, Record, Row
from annotate.formats.steps import steps
from annotate.formats.trees import tree

Parser = Callable[[int, Row], Record]


class Form(NamedTuple):
    """A form whose rows are one record each. `fields` None keeps all of a row."""

    parse: Parser
    fields: tuple[str, ...] | None


FORMS = {
    "hh": Form(hh, FIELDS),
    "preference": Form(preference, FIELDS),
    "ranking": Form(ranking, FIELDS),
    "steps": Form(steps, None),
    "finegrained": Form(finegrained, None),
}
SEVERAL: dict[str, Callable[[int, Row], list[Record | BadLine]]] = {"tree": tree}
"""Forms whose rows are any number of records; they keep all of a row."""

KNOWN_FORMS = (
    "Known forms are: hh (chosen and rejected, whole 'Human: … Assistant: …' transcripts),"
    " preference (prompt, chosen and rejected, as text or chat messages), ranking (prompt and"
    " responses), steps (prompt or input, and steps), tree (OpenAssistant's message trees) and"
    " finegrained (FineGrainedRLHF's feedback), as JSON lines or as one JSON list, gzipped or not."
)


def form_of(row: Row) -> str | None:
    """The name of the form a row is in, or None if it is none of them."""
    if "responses" in row:
        return "ranking"
    if "chosen" in row and "rejected" in row:
        return _pair_form(row)
    if "steps" in row:
        return "steps"
    if "message_tree_id" in row:
        return "tree"
    return "finegrained" if "prediction 1" in row else None


def _pair_form(row: Row) -> str | None:
    if row.get("prompt") is not None:
        return "preference"
    kinds = {type(row["chosen"]), type(row["rejected"])}
    if list in kinds:
        return "preference"
    return "hh" if str in kinds else None
