"""The tables of the learning side: runs, the models they make, rounds, and cached embeddings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotate.models import Project, Response, Snapshot, Task, User


class Trigger(models.TextChoices):
    """Who or what asked for the work; the last three made a night's run a full one."""

    NIGHTLY = "nightly"
    BUTTON = "button"
    COMMAND = "command"
    WEEKLY = "weekly"
    GROWTH = "growth"
    DRIFT = "drift"


class Tier(models.TextChoices):
    """Heads over a frozen backbone, in minutes; or the whole network, fine-tuned."""

    NIGHTLY = "nightly"
    FULL = "full"


class Job(models.Model):
    """Work that one worker does at a time: a training run, a round or a benchmark run.

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


class Failure(models.TextChoices):
    """What ended a run, where it is known: each has its own remedy."""

    DISK_FULL = "disk full"
    OUT_OF_MEMORY = "out of memory"
    LOSS_NOT_FINITE = "loss not finite"
    NOT_CONVERGED = "not converged"
    NO_BACKBONE = "no backbone"
    NO_CHAMPION_FILES = "no champion files"
    DAMAGED_SNAPSHOT = "damaged snapshot"
    WORKER_LOST = "worker lost"
    OVER_LIMIT = "over the limit"
    OTHER = "other"


class TrainingRun(Job):
    """One retrain, from snapshot to verdict. `config` is all that it was trained with, written when
    it starts; `asked` the settings that it was asked for with, and what is not in them is as
    usual."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="training_runs")
    tier = models.CharField(max_length=10, choices=Tier, default=Tier.NIGHTLY)
    asked = models.JSONField(default=dict)
    failure = models.CharField(max_length=20, choices=Failure, default="")
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


class TrainingPoint(models.Model):
    """How a fine-tune went, every few steps of each of its members."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="points")
    member = models.PositiveSmallIntegerField()
    step = models.PositiveIntegerField()
    steps = models.PositiveIntegerField()
    loss = models.FloatField()
    learning_rate = models.FloatField()
    pairs_per_second = models.FloatField()
    seconds_left = models.FloatField()

    class Meta:
        constraints = [
            # A worker that goes on from a checkpoint makes some steps twice.
            models.UniqueConstraint(fields=["run", "member", "step"], name="a_point_once"),
        ]


class TrainingPlan(models.Model):
    """How a project trains: settings of the two tiers, and when a night's run is a full one.

    `weekly`: on the first night a week after the last; `grown`: once so many judgments are newer
    than the last one's; `drifted`: once the champion is right on so many points (of 100) less of
    the held-out comparisons than when it was trained.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="training_plan", primary_key=True
    )
    nightly = models.JSONField(default=dict)
    full = models.JSONField(default=dict)
    weekly = models.BooleanField(default=False)
    grown = models.PositiveIntegerField(null=True)
    drifted = models.FloatField(null=True)


class RewardModel(models.Model):
    """What a run made: a Hugging Face folder in the artifact store. Never without its snapshot.

    `heads` is how many heads, or fine-tuned networks, its interval comes from. `provenance`: the
    code's version, the seed, the hardware and what it cost (rm_training/provenance.py).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reward_models")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="reward_model")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)
    tier = models.CharField(max_length=10, choices=Tier, default=Tier.NIGHTLY)
    provenance = models.JSONField(default=dict)
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


class BenchmarkRun(Job):
    """A reward model on the files of one public benchmark. `figures` are written once, at its end.

    `benchmark` is a name in the folder `BENCHMARKS_DIR`, whose files may change later.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="benchmark_runs")
    reward_model = models.ForeignKey(
        RewardModel, on_delete=models.PROTECT, related_name="benchmark_runs"
    )
    benchmark = models.CharField(max_length=255)
    form = models.CharField(max_length=30)
    progress = models.FloatField(default=0)
    figures = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reward_model"],
                name="one_benchmark_run_of_a_model_at_a_time",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(figures__isnull=False),
                name="a_done_benchmark_run_has_figures",
            ),
        ]
