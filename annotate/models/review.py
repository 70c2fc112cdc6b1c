"""Requests that a reviewer look at a task, whoever or whatever made them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotate.models.people import User
from annotate.models.task import Task

REASON_LENGTH = 500


class ReviewRequest(models.Model):
    """Open until a reviewer decides the task, or dismisses the request: its label is right as it
    is. `by` is who asked, null where nobody did."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="review_requests")
    reason = models.CharField(max_length=REASON_LENGTH)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    # Null where it is open, or a decision closed it.
    dismissed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], name="one_open_review_a_task", condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                condition=Q(dismissed_by=None) | Q(closed_at__isnull=False),
                name="what_is_dismissed_is_closed",
            ),
        ]
