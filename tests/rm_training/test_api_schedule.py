"""The nightly schedule: one row of beat's tables, shown and edited through the API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry
from rest_framework.test import APIClient

from annotate.models import AuditEvent, Project
from rm_training.actions.schedule import ensure_schedule

URL = "/api/v1/projects/helpful/schedule"
EVENING = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: EVENING)


@pytest.mark.usefixtures("evening")
def test_a_project_retrains_at_half_past_two_utc_unless_told_otherwise(
    api: APIClient, project: Project
) -> None:
    assert api.get(URL).json() == {
        "enabled": True,
        "hour": 2,
        "minute": 30,
        "next_run_at": "2026-11-24T02:30:00Z",
    }
    task = PeriodicTask.objects.get(task="rm_training.nightly")
    assert json.loads(task.args) == [project.pk]
    assert task.queue == "default"


@pytest.mark.usefixtures("evening")
def test_the_time_can_be_changed(api: APIClient) -> None:
    answer = api.put(URL, {"enabled": True, "hour": 23, "minute": 5}, format="json")
    assert answer.status_code == 200
    assert answer.json()["next_run_at"] == "2026-11-23T23:05:00Z"
    assert api.get(URL).json() == answer.json()
    assert PeriodicTask.objects.filter(task="rm_training.nightly").count() == 1
    detail = AuditEvent.objects.get(action="schedule changed").detail
    assert detail == {"enabled": True, "time": "23:05 UTC"}


def test_it_can_be_switched_off_and_on(api: APIClient) -> None:
    off = api.put(URL, {"enabled": False, "hour": 4, "minute": 0}, format="json").json()
    assert (off["enabled"], off["next_run_at"]) == (False, None)
    on = api.put(URL, {"enabled": True, "hour": 4, "minute": 0}, format="json").json()
    assert on["next_run_at"] is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"enabled": True, "hour": 24, "minute": 0},
        {"enabled": True, "hour": 0, "minute": 60},
        {"enabled": True, "hour": -1, "minute": 0},
        {"enabled": "perhaps", "hour": 0, "minute": 0},
    ],
)
def test_a_time_that_is_none_is_refused(api: APIClient, body: dict[str, object]) -> None:
    assert api.put(URL, body, format="json").status_code == 400


def test_two_projects_with_one_time_keep_their_own_schedules(
    api: APIClient, project: Project, mallory: object
) -> None:
    ensure_schedule(project=Project.objects.get(slug="elsewhere"))
    api.put(URL, {"enabled": True, "hour": 5, "minute": 0}, format="json")
    other = ensure_schedule(project=Project.objects.get(slug="elsewhere"))
    assert (other.hour, other.minute) == (2, 30)


def test_beat_does_not_make_up_for_a_time_that_had_passed_when_it_was_set(api: APIClient) -> None:
    api.get(URL)
    passed = timezone.now() - timedelta(minutes=2)
    PeriodicTask.objects.update(last_run_at=passed - timedelta(days=2))
    body = {"enabled": True, "hour": passed.hour, "minute": passed.minute}
    api.put(URL, body, format="json")
    task = PeriodicTask.objects.get(task="rm_training.nightly")
    assert not ModelEntry(task, app=current_app).is_due().is_due
    task.last_run_at = passed - timedelta(days=2)  # so it would have been without the change
    assert ModelEntry(task, app=current_app).is_due().is_due
