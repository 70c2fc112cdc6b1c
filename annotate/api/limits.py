"""Refuses a request by its announced size, before any of it is read or written to disk."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat

GetResponse = Callable[[HttpRequest], HttpResponse]


def bounded_requests(get_response: GetResponse) -> GetResponse:
    """Middleware. Bodies without a length need no bound: the server reads none of them."""

    def answer(request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) <= settings.UPLOAD_LIMIT:
            return get_response(request)
        limit = filesizeformat(settings.UPLOAD_LIMIT)
        detail = f"This is larger than the server takes ({limit}). Nothing of it was kept."
        return JsonResponse({"detail": detail}, status=413)

    return answer
