"""Wiring of the learning app."""

from django.apps import AppConfig


class RmTrainingConfig(AppConfig):
    name = "rm_training"
    default_auto_field = "django.db.models.BigAutoField"
