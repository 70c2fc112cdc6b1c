"""What an answer is written in, where there is no choice."""

from __future__ import annotations

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OnlyRenderer(DefaultContentNegotiation):
    """JSON is all there is but in the schema's views: weighing it against each header that a
    browser sends takes longer than writing it."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first, *others = renderers
        if others:
            return super().select_renderer(request, [first, *others], format_suffix)  # type: ignore[no-any-return] # untyped there
        return first, first.media_type
