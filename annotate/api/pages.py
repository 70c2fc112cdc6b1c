"""What is not the API: the health check and the one page that the browser's application is."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

NOT_BUILT = "The front end is not built: run `make run`, which builds it, or `npm run build`."


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while the web process reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def application(request: HttpRequest) -> HttpResponse:
    """The single page; its script reads the address and shows what belongs there."""
    page = settings.FRONTEND / "index.html"
    if not page.is_file():
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(page.read_bytes(), content_type="text/html; charset=utf-8")
