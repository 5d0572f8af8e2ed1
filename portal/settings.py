"""Settings. Everything that differs between machines comes from the environment; docs/operations.md lists it.

`make run` and `make test` set the environment for a bare machine (portal/local); in production
the operator does. Nothing here guesses: without SECRET_KEY and DATABASE_URL the portal does not start.
"""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.ui.unfold import UNFOLD as DESK_LOOK

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _secret(name: str) -> str:
    """A secret from the environment, or from the file that NAME_FILE names; PEM keys may carry \\n."""
    path = env(f"{name}_FILE", default="")
    value = Path(path).read_text() if path else env(name, default="")
    return str(value).replace("\\n", "\n")


DEMO = env.bool("DEMO", default=False)
"""Shows the mailbox, the demo sign-ins and the component gallery. Never in production (portal.E001)."""
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _secret("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY: a long random string. `make run` makes one for this machine by itself.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
LEDGER_KEY = _secret("LEDGER_KEY") or SECRET_KEY
"""Authenticates the head of the ledger, so that a shortened record is found out. Keep it away from the database."""
BASE_URL = env("BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = "Trusted Partner Portal"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "portal.ledger",
    "portal.notifications",
    "portal.keys",
    "portal.ui",
    "portal.accounts",
    "portal.rulebook",
    "partners",
    "grants",
    "audits",
    "portal.api",
    "portal.jobs",
    "portal.dashboards",
    "portal.transparency",
    "portal.demo",
    "portal.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "guardian",
    "pgtrigger",
    "django_celery_beat",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "django_tables2",
    "django_filters",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentSecurityPolicy",
    "portal.middleware.CleanAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.OnePage",
    "portal.middleware.CurrentActor",
    "portal.middleware.Refusals",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.portal",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
COTTON_DIR = "components"
FORM_RENDERER = "portal.ui.forms.UswdsRenderer"
UNFOLD = DESK_LOOK

# --- data -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
if "postgresql" not in DATABASES["default"]["ENGINE"]:
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL database (postgresql://…): the record rests on its triggers."
    )
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,
)
# Only portal.core.prepared prepares statements. Off where a proxy hands each transaction to another connection.
_own_connections = env.bool("PREPARED_STATEMENTS", default=True)
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 1 if _own_connections else None
if _own_connections:
    # A page reads some thousand rows at most: calling other processes to help takes longer than reading them.
    DATABASES["default"]["OPTIONS"].setdefault(
        "options", f"{env('PGOPTIONS', default='')} -c max_parallel_workers_per_gather=0".strip()
    )
REDIS_URL = env("REDIS_URL", default="")
if not REDIS_URL:
    raise ImproperlyConfigured("Set REDIS_URL (redis://host:port/0): sessions' rate limits and the jobs need it.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env("CACHE_PREFIX", default="portal"),
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / "var" / "files")))
"""Uploads: outside the web root, under random names, handed out only by authorised views."""
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=20 * 1024 * 1024)
"""Of a file that comes with a form, as a whole."""
MAX_LARGE_UPLOAD_BYTES = env.int("MAX_LARGE_UPLOAD_BYTES", default=2000 * 1024 * 1024)
"""Of a file that comes in parts. The malware scanner must take files as large as this."""
MAX_LIST_BYTES = env.int("MAX_LIST_BYTES", default=500 * 1024 * 1024)
"""Of a list of names that is loaded on a page. The command load_name_list takes any."""
MAX_UNFINISHED_BYTES = env.int("MAX_UNFINISHED_BYTES", default=5 * MAX_LARGE_UPLOAD_BYTES)
"""Of all unfinished large files of one institution together."""
S3 = {
    "bucket_name": env("S3_BUCKET", default=""),
    "endpoint_url": env("S3_ENDPOINT", default=""),
    "region_name": env("S3_REGION", default=""),
    "addressing_style": env("S3_ADDRESSING", default=""),
    "access_key": _secret("S3_ACCESS_KEY"),
    "secret_key": _secret("S3_SECRET_KEY"),
}
"""The S3-compatible store in which uploads are kept in place of MEDIA_ROOT. All empty: there is none (E012)."""
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="")
"""ClamAV's daemon, which scans each upload: the path of its socket, or host:port. Empty: nothing is scanned (W002)."""
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- the seal ---------------------------------------------------------------------------------------
SEAL_BACKEND = env("SEAL_BACKEND", default="portal.seal.keys.FileKey")
"""The class that holds the key with which letters and case files are signed (portal.seal.keys.SealKey)."""
SEAL_KEY = _secret("SEAL_KEY")
SEAL_CHAIN = _secret("SEAL_CHAIN")
"""Certificates in PEM: the key's own, then what it was issued by, up to the root."""
SEAL_EARLIER = _secret("SEAL_EARLIER")
"""Roots in PEM of former keys, whose letters stay genuine."""
SEAL_PEERS = _secret("SEAL_PEERS")
"""Roots in PEM of other portals whose case files may be taken in."""

# --- signing keys -----------------------------------------------------------------------------------
KEYS_BACKEND = env("KEYS_BACKEND", default="portal.keys.backends.WrappedKeys")
"""The class that holds the keys which sign signals, credentials and status lists (portal.keys.backends.KeysBackend)."""
KEYS_WRAPPING = _secret("KEYS_WRAPPING").strip()
"""Encrypts those keys in the database: 32 random bytes in base64url. Former ones may follow, with commas between."""

# --- sign-in --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "portal.accounts.secrets.ClientSecretHasher",  # of machines only: Django makes people's passwords by the first
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BASE_URL.startswith("https") else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": env.json("OIDC_PROVIDERS", default=[])},
    "saml": {"APPS": env.json("SAML_PROVIDERS", default=[])},
}
SOCIALACCOUNT_LOGIN_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Nobody signs in before their address is verified, and the old one counts until the new one is: it may be changed."""
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_ADAPTER = "portal.accounts.adapters.SecondFactorAdapter"
USERSESSIONS_TRACK_ACTIVITY = False
"""Tracking each page view would cost every page three queries, one of them a write."""
IDP_OIDC_PRIVATE_KEY = _secret("IDP_PRIVATE_KEY")
IDP_OIDC_ADAPTER = "portal.accounts.adapters.GatewayAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 900
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_GET_INIT_ANONYMOUS_USER = None
ANONYMOUS_USER_NAME = None

ACCESS_POLICY_SET = env("ACCESS_POLICY_SET", default="scheme")
"""Whose rules answer at the gate: "scheme", or "certification" for the public certification scenario (E015)."""
SIGNALS_PRIVATE_ENDPOINTS = env.bool("SIGNALS_PRIVATE_ENDPOINTS", default=False)
"""Whether receivers of signals may stand in private networks. Only where every provider is trusted with that."""
SIGNALS_PLAIN_ENDPOINTS = env.bool("SIGNALS_PLAIN_ENDPOINTS", default=False)
"""Whether receivers on this machine may be pushed to over http. For trying out."""
SIGNALS_VERIFICATION_SECONDS = env.int("SIGNALS_VERIFICATION_SECONDS", default=30)
"""A receiver may ask for a test of its stream once in so many seconds."""
SIGNALS_POLL_WAIT_SECONDS = env.float("SIGNALS_POLL_WAIT_SECONDS", default=10.0)
SIGNALS_WAITING_POLLS = env.int("SIGNALS_WAITING_POLLS", default=2)
"""How many polls may wait for signals, for each web process: each keeps a thread busy."""
SIGNALS_LOOK_SECONDS = env.float("SIGNALS_LOOK_SECONDS", default=2.0)
"""How often the transmitter looks for what is due though nothing woke it."""
SIGNALS_PAUSE_AFTER_HOURS = env.int("SIGNALS_PAUSE_AFTER_HOURS", default=72)
"""A stream is paused, and its provider told, once its receiver has heard nothing for so long."""
ACCESS_QUESTIONS_PER_SECOND = env.int("ACCESS_QUESTIONS_PER_SECOND", default=2000)
"""Of one gateway, for each web process; twice as many in a burst."""
USAGE_LATEST_DAYS = env.int("USAGE_LATEST_DAYS", default=35)
"""How long ago a window of use may have begun when it is reported."""

# --- jobs -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the hard time limit: a task that still runs is never handed to a second worker.
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=900),
    # A task waits behind one other at most (prefetch 1) and then runs: twice the limit is the least (portal.E011).
    "global_keyprefix": env("CELERY_KEY_PREFIX", default="portal:"),
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers and beat wait for a broker as long as it takes
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # it will be handed out again, and may run twice
CELERY_RESULT_EXPIRES = None  # there are no results, so beat adds no clean-up of them
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {}
"""The schedule is in the database (admin), laid out from portal/sweeps.py by `manage.py setup_schedule`."""
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=60)

# --- mail -----------------------------------------------------------------------------------------
_EMAIL_URL = env("EMAIL_URL", default="mailbox://")
if _EMAIL_URL.startswith("mailbox:"):
    EMAIL_BACKEND = "portal.notifications.mailbox.MailboxBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Trusted Partner Portal <no-reply@portal.example>")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
MAIL_RETRY_SECONDS = env.int("MAIL_RETRY_SECONDS", default=60)
"""The wait after the first attempt that failed; it doubles each time, to six hours at most."""
MAIL_ATTEMPTS = env.int("MAIL_ATTEMPTS", default=12)
SERVER_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]

# --- words, time, files ---------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LETTER_LANGUAGES = [("en-gb", _("English")), ("fr", _("French")), ("de", _("German"))]
"""In which letters are written. Pages are in LANGUAGES."""
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["portal.ui.formats"]
STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS: list[str] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "evidence": (
        {"BACKEND": "partners.bucket.Bucket", "OPTIONS": {key: value for key, value in S3.items() if value}}
        if any(S3.values())
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
}
WHITENOISE_MAX_AGE = 60

# --- security -------------------------------------------------------------------------------------
HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Limits on how often count by address: without this, everybody behind the proxy would share one.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", default=1) if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    # It warns of every signature that does not hold: that is an answer here, and told to whoever asked.
    "loggers": {"pyhanko": {"level": "ERROR"}, "pyhanko_certvalidator": {"level": "ERROR"}},
}
