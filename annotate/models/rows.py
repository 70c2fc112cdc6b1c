"""Model instances from SQL written out, for the few reads behind every click of a rater.

Django compiles a queryset anew each time, which takes several times as long as running it: at the
rates that raters work, the larger part of a web server's time. Anywhere else use querysets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model's table under `alias`, for a SELECT, in the order `one` expects."""
    return ", ".join(f'"{alias}"."{f.column}"' for f in model._meta.concrete_fields)


def one(
    query: str, parameters: Mapping[str, Any], *selected: type[models.Model]
) -> tuple[Any, ...] | None:
    """The first row: an instance for each of `selected`, in order, then the remaining values.

    `query` selects `columns(…)` of each in the same order. None where there is no row.
    """
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone()
    return None if row is None else _instances(row, selected)


def every(
    query: str, parameters: Mapping[str, Any], *selected: type[models.Model]
) -> list[tuple[Any, ...]]:
    """All rows, each as `one` gives the first."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [_instances(row, selected) for row in cursor.fetchall()]


def _instances(row: tuple[Any, ...], selected: Sequence[type[models.Model]]) -> tuple[Any, ...]:
    found: list[Any] = []
    for model in selected:
        n = len(model._meta.concrete_fields)
        found.append(_instance(model, row[:n]))
        row = row[n:]
    return (*found, *row)


def insert(instance: models.Model) -> None:
    """Writes a new row as it is, without the hooks of `save`, and gives the instance its id."""
    fields = [f for f in instance._meta.concrete_fields if not f.primary_key]
    values = [
        f.get_db_prep_save(f.pre_save(instance, add=True), connection=connection) for f in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(instance)), values)
        instance.pk = cursor.fetchone()[0]


@cache
def _insertion(model: type[models.Model]) -> str:
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    names = ", ".join(f'"{f.column}"' for f in fields)
    places = ", ".join(f"%s::{f.db_type(connection)}" for f in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places}) RETURNING id'  # noqa: S608


def _instance(model: type[models.Model], values: tuple[Any, ...]) -> models.Model | None:
    """None where an outer join found nothing. Filled as Django's own descriptors read it: its
    `from_db` sets every field by itself and sends two signals, which nobody here receives."""
    if values[0] is None:
        return None
    names, converters = _plan(model)
    filled = dict(zip(names, values, strict=True))
    for name, convert in converters:
        filled[name] = convert(filled[name], None, connection)
    instance = model.__new__(model)
    instance._state = ModelState()
    instance._state.adding, instance._state.db = False, connection.alias
    instance.__dict__.update(filled)
    return instance


@cache
def _plan(model: type[models.Model]) -> tuple[list[str], list[tuple[str, Callable[..., Any]]]]:
    """The names of a model's columns, and what turns the values of some into Python's."""
    fields = model._meta.concrete_fields
    converters = [(f.attname, f.from_db_value) for f in fields if hasattr(f, "from_db_value")]
    return [f.attname for f in fields], converters
