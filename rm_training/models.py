"""The tables of the learning side: runs, the models they make, rounds, and cached embeddings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotate.models import Project, Response, Snapshot, Task, User


class Trigger(models.TextChoices):
    NIGHTLY = "nightly"
    BUTTON = "button"
    COMMAND = "command"


class Job(models.Model):
    """Work that one worker does at a time: a training run or a round.

    A worker owns the job while `owner` is its own token and `heartbeat_at` is fresh. A redelivered
    message finds the job taken; a stale heartbeat lets another worker take it, and every write of
    the first one is then refused, because it names its token (rm_training/actions/claims.py).
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    trigger = models.CharField(max_length=10, choices=Trigger)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    message = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.UUIDField(null=True)
    # Of a queued job: when its message was sent last.
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class TrainingRun(Job):
    """One retrain, from snapshot to verdict."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="training_runs")
    # A nightly run is followed by a round whatever its verdict.
    then_round = models.BooleanField(default=False)
    stage = models.CharField(max_length=60, default="waiting for a worker")
    progress = models.FloatField(default=0)
    log = models.TextField(default="")
    config = models.JSONField(default=dict)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True)
    verdict = models.CharField(max_length=12, default="")
    verdict_sentence = models.TextField(default="")
    peak_mb = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                name="one_training_run_at_a_time",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="runs_of_a_project")]


class RewardModel(models.Model):
    """What a run made: a Hugging Face folder in the artifact store. Never without its snapshot."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reward_models")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="reward_model")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)
    path = models.CharField(max_length=500)
    backbone = models.CharField(max_length=200)
    backbone_digest = models.CharField(max_length=64)
    heads = models.PositiveSmallIntegerField()
    champion = models.BooleanField(default=False)
    promoted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="a_model_number_once"),
            models.UniqueConstraint(
                fields=["project"], name="one_champion_a_project", condition=Q(champion=True)
            ),
        ]


class Evaluation(models.Model):
    """How a run's model did on held-out prompts, beside the floors. Written once."""

    run = models.OneToOneField(TrainingRun, on_delete=models.CASCADE, related_name="evaluation")
    result = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)


class Round(Job):
    """One pass of the scheduler: a pool, the tasks it chose, and why."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    random_share = models.FloatField()
    seed = models.PositiveIntegerField()
    champion = models.ForeignKey(RewardModel, on_delete=models.PROTECT, null=True)
    pool_responses = models.PositiveIntegerField(default=0)
    pool_prompts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="a_round_number_once"),
            models.CheckConstraint(
                condition=Q(random_share__gte=0, random_share__lte=1),
                name="random_share_of_a_round_is_a_share",
            ),
            models.UniqueConstraint(
                fields=["project"],
                name="one_round_at_a_time",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]


class RoundTask(models.Model):
    """Why a task was chosen and with what probability, written when it was."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="round_tasks")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="round_task")
    reason = models.CharField(max_length=60)
    probability = models.FloatField()
    # Scores of the task's first and second response in canonical order, as the champion saw them.
    mean_first = models.FloatField(null=True)
    mean_second = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gt=0, probability__lte=1), name="probability_is_positive"
            ),
        ]


class Embedding(models.Model):
    """A backbone's features of one prompt and response, by content: computed once, ever."""

    backbone = models.CharField(max_length=64)
    key = models.BinaryField(max_length=32)
    vector = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["backbone", "key"], name="an_embedding_once"),
        ]


class ResponseScore(models.Model):
    """What a reward model thinks of a response: mean, lower and upper of its heads."""

    reward_model = models.ForeignKey(RewardModel, on_delete=models.CASCADE, db_index=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE)
    mean = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reward_model", "response"], name="a_score_once"),
        ]
