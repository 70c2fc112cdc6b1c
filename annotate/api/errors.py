"""One shape for every refusal: {"detail": sentence, "errors"?: {field: [sentence]}, …}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.exceptions import APIException, NotAuthenticated, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from annotate.errors import Conflict

__all__ = ["Conflict", "handler"]


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with unknown and forbidden both 404 and validation errors under `errors`."""
    if isinstance(error, PermissionDenied | Http404):
        error = NotFound("There is nothing here, or not for you.")
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return response
    if isinstance(error, ValidationError):
        response.data = _validation(error)
    elif isinstance(error, NotAuthenticated):
        response.data = {"detail": "Sign in first."}
    if isinstance(error, Conflict):
        response.data = {"detail": str(error.detail), **error.extra}
    return response


def _validation(error: ValidationError) -> dict[str, Any]:
    detail = error.detail
    if isinstance(detail, list):
        return {"detail": " ".join(map(str, detail))}
    errors = {field: _flatten(messages) for field, messages in detail.items()}
    words = [f"{field}: {message}" for field, all_ in errors.items() for message in all_]
    general = errors.pop("non_field_errors", None)
    sentence = " ".join(general) if general and not errors else " ".join(words)
    return {"detail": sentence, "errors": errors}


def _flatten(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {text}" for key, item in value.items() for text in _flatten(item)]
    if isinstance(value, list):
        return [text for item in value for text in _flatten(item)]
    return [str(value)]
