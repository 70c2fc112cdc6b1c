"""Refusals that actions raise and the API turns into answers, beyond DRF's own."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import APIException


class Conflict(APIException):
    """409: what was sent was right when it was read, and no longer is."""

    status_code = 409
    default_code = "conflict"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.extra = extra
