"""The Celery application: `default` is for short work, `gpu` for learning, `score` for rewards that
somebody waits for.

It knows where tasks live, not what they do.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")

from django.conf import settings

# Redis hands an unacknowledged message to another worker after this long. A run that takes longer
# is not taken twice: whoever gets its message again finds the owner's heartbeat on the row.
VISIBILITY_TIMEOUT = 12 * 3600

app = Celery("tiebreak")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT},
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="default",
    task_routes={
        "rm_training.nightly": {"queue": "default"},
        "rm_training.watch": {"queue": "default"},
        "rm_training.ensure_schedule": {"queue": "default"},
        "rm_training.score": {"queue": "score"},
        "rm_training.*": {"queue": "gpu"},
    },
    task_create_missing_queues=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # Housekeeping; what admins schedule is in the database beside it.
    beat_schedule={
        "refresh what was missed": {"task": "annotate.refresh_late", "schedule": 600.0},
        "return ended leases": {"task": "annotate.return_expired", "schedule": 60.0},
        "watch runs and rounds": {"task": "rm_training.watch", "schedule": 30.0},
    },
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    timezone="UTC",
    enable_utc=True,
    result_backend=None,
)
app.autodiscover_tasks(["annotate", "rm_training"])


@setup_logging.connect
def _keep_djangos_logging(**_kwargs: Any) -> None:
    """Celery would otherwise put its own handlers over the ones in settings."""
