"""The addresses of the learning side's API, below /api/v1/."""

from django.urls import path

from rm_training.api import benchmarks, models, runs, suspects, views

PROJECT = "projects/<slug:slug>"

urlpatterns = [
    path(f"{PROJECT}/overview", views.OverviewView.as_view()),
    path(f"{PROJECT}/training-runs", runs.TrainingRunsView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>", runs.TrainingRunView.as_view()),
    path(f"{PROJECT}/training-plan", runs.TrainingPlanView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>/points", runs.TrainingPointsView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>/cancel", runs.TrainingRunCancelView.as_view()),
    path(f"{PROJECT}/training-runs/<int:pk>/suspects/review", suspects.SuspectsView.as_view()),
    path(f"{PROJECT}/reward-models", models.RewardModelsView.as_view()),
    path(f"{PROJECT}/reward-models/compare", models.CompareView.as_view()),
    path(f"{PROJECT}/reward-models/rollback", models.RollBackView.as_view()),
    path(f"{PROJECT}/reward-models/<int:pk>", models.RewardModelView.as_view()),
    path(f"{PROJECT}/reward-models/<int:pk>/promote", models.PromoteView.as_view()),
    path(f"{PROJECT}/reward-models/<int:pk>/benchmarks", benchmarks.BenchmarksView.as_view()),
    path(f"{PROJECT}/benchmark-runs/<int:pk>/cancel", benchmarks.BenchmarkCancelView.as_view()),
    path(f"{PROJECT}/rounds", views.RoundsView.as_view()),
    path(f"{PROJECT}/rounds/<int:pk>", views.RoundView.as_view()),
    path(f"{PROJECT}/responses", views.ResponsesView.as_view()),
    path(f"{PROJECT}/score", views.ScoreView.as_view()),
    path(f"{PROJECT}/score/openrlhf", views.RemoteRewardView.as_view()),
    path(f"{PROJECT}/schedule", views.ScheduleView.as_view()),
]
