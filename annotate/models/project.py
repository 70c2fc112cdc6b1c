"""The project, which is the tenant, and the question its raters are asked."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class Project(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    guidelines = models.TextField(blank=True, max_length=100_000)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    overlap = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    lease_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    edit_hours = models.PositiveSmallIntegerField(default=24, validators=[MaxValueValidator(8760)])
    daily_target = models.PositiveIntegerField(null=True, blank=True)
    # The share of prompts set aside, by their hash, for evaluation. Fixed when the project is made:
    # changing it later would move prompts that a model has already been trained on.
    evaluation_share = models.FloatField(
        default=0.2, validators=[MinValueValidator(0.0), MaxValueValidator(0.9)]
    )
    random_share = models.FloatField(
        default=0.3, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    round_size = models.PositiveIntegerField(
        default=50, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(overlap__gte=1), name="overlap_is_positive"),
            models.CheckConstraint(
                condition=Q(random_share__gte=0, random_share__lte=1),
                name="random_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(evaluation_share__gte=0, evaluation_share__lte=0.9),
                name="evaluation_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class Question(models.Model):
    """What raters are asked. A spec that has judgments is never changed: it gets a new version."""

    class Kind(models.TextChoices):
        COMPARISON = "comparison"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="questions")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.COMPARISON)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    spec = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="one_question_a_version"),
        ]
