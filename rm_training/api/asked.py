"""What the views of the learning side share: one object, and a request's body or query."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

# Lists are whole where they are short by nature; a year of nights is more than a page shows.
LISTED = 100


def one(found: QuerySet[Any], pk: int) -> Any:
    """The object of an admitted project by its id; unknown and foreign are both 404."""
    try:
        return found.get(pk=pk)
    except found.model.DoesNotExist:
        raise Http404 from None


def parsed(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
