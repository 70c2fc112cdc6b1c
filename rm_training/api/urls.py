"""The addresses of the learning side's API, below /api/v1/."""

from django.urls import path

from rm_training.api import views

PROJECT = "projects/<slug:slug>"

urlpatterns = [
    path(f"{PROJECT}/overview", views.OverviewView.as_view()),
    path(f"{PROJECT}/training-runs", views.TrainingRunsView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>", views.TrainingRunView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>/cancel", views.TrainingRunCancelView.as_view()),
    path(f"{PROJECT}/reward-models", views.RewardModelsView.as_view()),
    path(f"{PROJECT}/reward-models/<int:pk>/promote", views.PromoteView.as_view()),
    path(f"{PROJECT}/rounds", views.RoundsView.as_view()),
    path(f"{PROJECT}/rounds/<int:pk>", views.RoundView.as_view()),
    path(f"{PROJECT}/responses", views.ResponsesView.as_view()),
    path(f"{PROJECT}/score", views.ScoreView.as_view()),
    path(f"{PROJECT}/score/openrlhf", views.RemoteRewardView.as_view()),
    path(f"{PROJECT}/schedule", views.ScheduleView.as_view()),
]
