"""The project, which is the tenant, and the questions its raters are asked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class GoldAction(models.TextChoices):
    """What follows for a rater whose answers to known tasks are too often wrong."""

    WARN = "warn"
    PAUSE = "pause"
    RETRAIN = "retrain"


class Project(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    guidelines = models.TextField(blank=True, max_length=100_000)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    overlap = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # A task gets more places than `overlap`, up to this many, while its consensus is less sure than
    # `confidence`; null: the overlap is fixed.
    overlap_max = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    confidence = models.FloatField(
        default=0.8, validators=[MinValueValidator(0.5), MaxValueValidator(0.99)]
    )
    # Judgments in all after which no task gets more places.
    budget = models.PositiveIntegerField(null=True, blank=True)
    # The longest a lease may be; a question with answers enough has a shorter one of its own.
    lease_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    daily_cap = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    total_cap = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    # Minutes before a rater may meet a prompt again, in another task; 0: at once.
    prompt_cooldown = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(525_600)]
    )
    # Shares of a rater's tasks: with a known answer, and own earlier ones with the sides swapped.
    gold_rate = models.FloatField(
        default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(0.5)]
    )
    repeat_rate = models.FloatField(
        default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(0.5)]
    )
    # Answers with feedback before work is lent, and the share of them that must be right; 0: none.
    training_tasks = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(200)]
    )
    training_pass = models.FloatField(
        default=0.7, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    # Where a rater's gold accuracy is below this, even at the upper end of its interval, the action
    # is proposed to a manager; null: nothing is proposed.
    gold_floor = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    gold_action = models.CharField(max_length=10, choices=GoldAction, default=GoldAction.WARN)
    # Reviewers see votes without names.
    anonymous_review = models.BooleanField(default=True)
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
                condition=Q(overlap_max__isnull=True) | Q(overlap_max__gte=models.F("overlap")),
                name="overlap_max_is_no_less",
            ),
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
    """What raters are asked: its spec as it stands. Answers name the version they were given to.

    A spec that has judgments is never changed in place: it gets a new version, and the tasks that
    are still open go on under it.
    """

    class Kind(models.TextChoices):
        COMPARISON = "comparison"
        RATING = "rating"
        STEPS = "steps"
        REVISION = "revision"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="questions")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.COMPARISON)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    spec = models.JSONField()
    # Who is lent its tasks: whoever has all of the skills and, if groups are named, is in one.
    needs_skills = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    for_groups = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    # How long its leases are, from the median time of its newest answers; null: too few of them.
    lease_seconds = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "id"], name="questions_of_a_project")]


class QuestionVersion(models.Model):
    """A spec as raters met it; the row of the newest version is written with the question."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    spec = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "version"], name="one_spec_a_version"),
        ]
