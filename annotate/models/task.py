"""Tasks and the leases on them.

A task's responses are an array in canonical order (by digest), not a table: a judgment's ranks are
positions in it, and it never changes (docs/decisions/0001). Which answer came first in a file
can therefore not be read off the order.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, functions

from annotate.models.corpus import Prompt
from annotate.models.people import User
from annotate.models.project import Question


class Task(models.Model):
    class Source(models.TextChoices):
        IMPORT = "import"
        ROUND = "round"
        REPEAT = "repeat"

    class Purpose(models.TextChoices):
        """What it is asked for. Statistics, exports and training data take work alone."""

        WORK = "work"
        GOLD = "gold"  # has a known answer, mixed in among the work
        TRAINING = "training"  # has a known answer, and the rater is told it
        REPEAT = "repeat"  # a rater's own earlier task again

    question = models.ForeignKey(
        Question,
        on_delete=models.PROTECT,
        related_name="tasks",
        db_index=False,
        db_constraint=False,
    )
    prompt = models.ForeignKey(
        Prompt,
        on_delete=models.PROTECT,
        related_name="tasks",
        db_index=False,
        db_constraint=False,
    )
    response_ids = ArrayField(models.BigIntegerField())
    k = models.PositiveSmallIntegerField()
    digest = models.BinaryField(max_length=32)
    overlap = models.PositiveSmallIntegerField(default=1)
    # Places not yet taken by a live lease or a judgment. Every statement that lends, returns or
    # fills a place changes this in the same statement; the constraint keeps it honest.
    places_left = models.PositiveSmallIntegerField(default=1)
    priority = models.SmallIntegerField(default=0, db_default=0)
    source = models.CharField(max_length=10, choices=Source, default=Source.IMPORT)
    # Ranks the file came with, canonical order. A label of its makers, never a rater's vote.
    recorded = ArrayField(models.SmallIntegerField(), null=True)
    # What the file said of it beside prompt, responses and answers; raters never see it.
    meta = models.JSONField(null=True)
    purpose = models.CharField(
        max_length=10, choices=Purpose, default=Purpose.WORK, db_default="work"
    )
    repeat_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="repeats", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "digest"], name="a_task_once"),
            models.CheckConstraint(condition=Q(k__gte=1), name="a_task_has_a_response"),
            models.CheckConstraint(
                condition=Q(response_ids__len=F("k")), name="a_task_has_k_responses"
            ),
            models.CheckConstraint(
                condition=Q(places_left__gte=0, places_left__lte=F("overlap")),
                name="overlap_is_never_exceeded",
            ),
        ]
        indexes = [
            models.Index(
                fields=["question", "-priority", "id"],
                name="open_tasks",
                condition=Q(places_left__gt=0, purpose="work"),
            ),
            models.Index(
                fields=["question", "purpose"],
                name="known_tasks",
                condition=Q(purpose__in=["gold", "training"]),
            ),
            models.Index(
                fields=["repeat_of"], name="repeats_of_a_task", condition=Q(purpose="repeat")
            ),
        ]


class Assignment(models.Model):
    class State(models.TextChoices):
        LEASED = "leased"
        SUBMITTED = "submitted"
        SKIPPED = "skipped"
        EXPIRED = "expired"
        # Answered after the lease had ended and another rater had taken the place: kept, but
        # not counted against the overlap.
        LATE = "late"
        # A reviewer's decision: no vote, and no place of the task's.
        REVIEWED = "reviewed"

    class SkipReason(models.TextChoices):
        UNCLEAR = "unclear"
        CANNOT_JUDGE = "cannot_judge"
        OFFENSIVE = "offensive"
        BROKEN = "broken"
        OTHER = "other"

    # Neither has an index of its own: those below begin with them.
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    rater = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.LEASED)
    # The canonical index shown at place A, B, …
    shown = ArrayField(models.SmallIntegerField())
    # The version of the question's spec that the rater was shown.
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    leased_at = models.DateTimeField(auto_now_add=True)
    lease_expires_at = models.DateTimeField()
    skip_reason = models.CharField(max_length=20, choices=SkipReason, default="")
    note = models.TextField(default="", max_length=5000)
    flagged = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "rater"], name="one_assignment_a_rater_and_task"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_expires_at"], name="live_leases", condition=Q(state="leased")
            ),
            models.Index(fields=["rater", "-id"], name="assignments_of_a_rater"),
            models.Index(
                fields=["rater"], name="live_leases_of_a_rater", condition=Q(state="leased")
            ),
        ]


class KnownAnswer(models.Model):
    """The right answer to a task, which makes it gold or training, and why it is right."""

    task = models.OneToOneField(
        Task, on_delete=models.PROTECT, related_name="known", primary_key=True
    )
    # The columns of a judgment: ranks, strength, unacceptable, tags, note, answer.
    answer = models.JSONField()
    explanation = models.TextField(max_length=5000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Draft(models.Model):
    """What a rater has typed and not yet sent, as the browser keeps it."""

    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, related_name="draft", primary_key=True
    )
    data = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)


class Appeal(models.Model):
    """A rater's objection to a reviewer's decision, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"  # the rater was right
        REJECTED = "rejected"

    assignment = models.OneToOneField(
        Assignment, on_delete=models.PROTECT, related_name="appeal", primary_key=True
    )
    text = models.TextField(max_length=5000)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reply = models.TextField(default="", max_length=5000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
