"""Columns of a statement as numpy arrays, without an object a row.

PostgreSQL gathers each column into one of its arrays and sends that in its binary form: a header,
the sizes, then each element behind its length, all big-endian (`array_send` in its sources).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

# By the numbers that PostgreSQL gives its types (catalog pg_type).
_ELEMENTS = {16: "?", 20: ">i8", 21: ">i2", 23: ">i4", 701: ">f8"}
_WIDER = {"?": np.bool_, "f": np.float64, "i": np.int64}


def every_column(
    columns: Sequence[str], source: str, parameters: Mapping[str, Any], *, by: str
) -> dict[Any, list[NDArray[Any]]]:
    """The `columns` (SQL of a number, or of an array with as many of them in every row of a group)
    of the rows of `source` (FROM …), by the value of `by`; integers as int64.

    A group's arrays have a row each row, in one order, which is any. Null elements are refused with
    ValueError; an array of PostgreSQL may have 1 GB.
    """
    gathered = ", ".join(f"array_send(array_agg({column}))" for column in columns)
    connection.ensure_connection()
    with connection.connection.cursor(binary=True) as cursor:
        cursor.execute(f"SELECT {by}, {gathered} {source} GROUP BY {by}", parameters)
        return {key: [_array(column) for column in found] for key, *found in cursor}


def _array(sent: bytes) -> NDArray[Any]:
    dimensions, has_null, element = struct.unpack_from(">iii", sent)
    if has_null:
        raise ValueError("A column that is read as an array must not hold nulls.")
    shape = [struct.unpack_from(">i", sent, 12 + 8 * i)[0] for i in range(dimensions)]
    kind = _ELEMENTS[element]
    row = np.dtype([("length", ">i4"), ("value", kind)])
    found = np.frombuffer(sent, dtype=row, offset=12 + 8 * dimensions)["value"]
    return found.astype(_WIDER[found.dtype.kind]).reshape(shape)
