"""The addresses of the collecting side's API. The learning side's stand in rm_training.api."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from annotate.api import session
from annotate.api.manage import views as manage
from annotate.api.rater import views as rater

WORK = "v1/projects/<slug:slug>/work"
PROJECT = "v1/projects/<slug:slug>"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("schema/browse/", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("v1/session", session.SessionView.as_view()),
    path("v1/session/link", session.SessionLinkView.as_view()),
    path(f"{WORK}", rater.WorkView.as_view()),
    path(f"{WORK}/next", rater.NextView.as_view()),
    path(f"{WORK}/history", rater.HistoryView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>", rater.AssignmentView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/judgment", rater.JudgmentView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/skip", rater.SkipView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/flag", rater.FlagView.as_view()),
    path(f"{WORK}/assignments/<int:assignment>/heartbeat", rater.HeartbeatView.as_view()),
    path("v1/projects", manage.ProjectsView.as_view()),
    path(f"{PROJECT}", manage.ProjectView.as_view()),
    path(f"{PROJECT}/tasks", manage.TasksView.as_view()),
    path(f"{PROJECT}/tasks/<int:task>", manage.TaskView.as_view()),
    path(f"{PROJECT}/people", manage.PeopleView.as_view()),
    path(f"{PROJECT}/people/<int:person>", manage.PersonView.as_view()),
    path(f"{PROJECT}/people/<int:person>/sign-in-link", manage.SignInLinkView.as_view()),
    path(f"{PROJECT}/agreement", manage.AgreementView.as_view()),
    path(f"{PROJECT}/imports", manage.ImportsView.as_view()),
    path(f"{PROJECT}/imports/<int:pk>", manage.ImportView.as_view()),
    path(f"{PROJECT}/imports/<int:pk>/cancel", manage.ImportCancelView.as_view()),
    path(f"{PROJECT}/snapshots", manage.SnapshotsView.as_view()),
    path(f"{PROJECT}/snapshots/<int:pk>/export", manage.ExportView.as_view()),
    path(f"{PROJECT}/tokens", manage.TokensView.as_view()),
    path(f"{PROJECT}/tokens/<int:pk>", manage.TokenView.as_view()),
    path(f"{PROJECT}/audit", manage.AuditView.as_view()),
]
