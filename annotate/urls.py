"""Where requests go: the API, its document, and the single page for everything else."""

from django.urls import include, path, re_path

from annotate.api import pages

urlpatterns = [
    path("healthz", pages.health),
    path("api/", include("annotate.api.urls")),
    path("api/v1/", include("rm_training.api.urls")),
    re_path(r"^(?!api/|static/|assets/).*$", pages.application),
]
