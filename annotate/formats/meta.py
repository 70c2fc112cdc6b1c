"""`meta`: what a file says about a row that is no part of prompt, responses or answers.

Kept as it stands and never looked into; only that it can be stored is checked.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import orjson

from annotate.formats.fields import kind
from annotate.formats.records import MAX_META, BadRecord, Row

Meta = dict[str, Any] | None


def meta(value: Any) -> dict[str, Any]:
    """The row's own `meta` field, which must be an object."""
    if type(value) is not dict:
        raise BadRecord(f"meta must be an object; it is {kind(value)}.")
    return storable(value)


def remainder(row: Row, known: Set[str]) -> Meta:
    """Every field of the row that is not `known`, with those of its `meta` field among them."""
    found = {field: value for field, value in row.items() if field not in known}
    own = found.pop("meta", None)
    given = {} if own is None else meta(own)
    for field in given:
        if field in found:
            raise BadRecord(f"meta.{field} and {field} are both given; keep one of them.")
    return storable({**found, **given}) or None


def storable(value: dict[str, Any]) -> dict[str, Any]:
    """The same, or BadRecord if it is too large or too deep."""
    try:
        size = len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        raise BadRecord("meta is nested too deep to be kept.") from None
    if size > MAX_META:
        raise BadRecord(f"meta has {size:,} bytes as JSON; at most {MAX_META:,} can be kept.")
    return value
