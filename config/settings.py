"""Settings, read top to bottom. Every choice of a deployment is an environment variable (config/env.py)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from config import env
from config.stack.environment import ensure_secrets
from workspace.csp import policy

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where things are ------------------------------------------------------------------------------
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"), "Folder for everything a running stack writes"))
env.load_file(VAR_DIR / "secrets.env")  # written once by the embedded stack
env.load_file(VAR_DIR / "stack.env")  # where the embedded services of `manage.py serve` listen
if not env.is_set("DATABASE_URL"):  # nothing is configured: this machine's own stack, with secrets of its own
    env.assume(ensure_secrets(VAR_DIR))

# Workbooks are read by defusedxml, which refuses entities; openpyxl would take lxml where that is installed.
env.assume({"OPENPYXL_LXML": "False"})

DEBUG = env.boolean("DEBUG", default=False, meaning="Show tracebacks in the browser; never in production")
SECRET_KEY = env.text("SECRET_KEY", None, "Signs sessions; a long random text")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS", "", "Earlier SECRET_KEYs that still open what they sealed")
LINK_KEYS = env.items("LINK_KEYS", "", "Keys that sign delivery links, newest first: id:hex,id:hex")
APP_ORIGIN = env.text("APP_ORIGIN", "http://127.0.0.1:8000", "Origin of the pages and the API")
MEDIA_ORIGIN = env.text("MEDIA_ORIGIN", "http://localhost:8001", "Origin of media; must differ in host")
CLIENT_COUNTRY_HEADER = env.optional(
    "CLIENT_COUNTRY_HEADER", "Header in which a trusted edge names the client's country (ISO 3166-1 alpha-2)"
)
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", f"{urlsplit(APP_ORIGIN).hostname},localhost,127.0.0.1", "Host names that are answered"
)
CSRF_TRUSTED_ORIGINS = [APP_ORIGIN]
OUTGOING_HOSTS = env.items(
    "OUTGOING_HOSTS", "", "Where the house may call: host, host:port, address or network; empty means nowhere"
)

# --- the house, lowest first -------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django_vite",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "foundation.core",
    "foundation.history",
    "foundation.blobs",
    "foundation.events",
    "foundation.jobs",
    "foundation.audit",
    "foundation.bulk",
    "foundation.accounts",
    "foundation.provisioning",
    "foundation.markets",
    "foundation.taxonomy",
    "foundation.links",
    "foundation.workflow",
    "foundation.approval",
    "foundation.archive",
    "pim",
    "dam",
    "associations",
    "delivery",
    "syndication",
    "workspace",
    "config",
]
# The workspace's templates dress the admin, so they must be found before Django's own.
INSTALLED_APPS.insert(0, INSTALLED_APPS.pop(INSTALLED_APPS.index("workspace")))

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "foundation.core.middleware.RefuseNulMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.accounts.middleware.ActorMiddleware",
    "foundation.audit.middleware.AuditMiddleware",
    "foundation.accounts.middleware.SeenMiddleware",
    "workspace.views.factor_first.FactorMiddleware",
    "workspace.views.view_only.ViewingMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspace.context.shell",
            ],
        },
    },
]

# --- truth, broker, bytes ----------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", "Postgres 18; unset means the embedded one")}
DATABASES["default"]["CONN_MAX_AGE"] = env.integer("DATABASE_CONN_MAX_AGE", 60, "Seconds a connection is kept")
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://no-valkey.invalid:6379/0", "Valkey or Redis: cache and broker")
BROKER_URL = env.optional("BROKER_URL", "Celery broker, where it is not REDIS_URL") or REDIS_URL
CACHE_PREFIX = env.text("CACHE_PREFIX", "tandem", "Prefix of every cache key and queue; one per instance")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": CACHE_PREFIX,
    }
}

STORAGES = {
    "default": env.storage("STORAGE_URL", (VAR_DIR / "blobs").as_uri(), "Where content-addressed bytes live"),
    "audit": env.storage("AUDIT_HEADS_URL", (VAR_DIR / "audit").as_uri(), "Where heads of the audit chain are kept"),
    "staticfiles": {"BACKEND": "config.statics.StaticStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
FRONTEND = BASE_DIR / "workspace" / "frontend" / "dist"
STATICFILES_DIRS = [("built", FRONTEND)]
DJANGO_VITE = {"default": {"manifest_path": FRONTEND / ".vite" / "manifest.json", "static_url_prefix": "built"}}
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.[^/]+$|/built/assets/"  # names that carry a hash, Django's or Vite's
WHITENOISE_USE_FINDERS = env.boolean(
    "STATIC_FROM_SOURCE", default=False, meaning="Serve static files from the source tree, uncollected"
)
if WHITENOISE_USE_FINDERS:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- people --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "foundation.accounts.adapters.SignInAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SIGNUP_ENABLED = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
SOCIALACCOUNT_ADAPTER = "foundation.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "foundation.accounts.providers.openid.OpenIDProvider"},
    "saml": {"provider_class": "foundation.accounts.providers.saml.SAMLProvider"},
}
MFA_ADAPTER = "foundation.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_TOTP_ISSUER = "Tandem"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = APP_ORIGIN.startswith("http://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE = APP_ORIGIN.startswith("https://")
PREFIX = "__Host-tandem" if IS_SECURE else "tandem"  # with it no other host of the domain can set them
SESSION_COOKIE_NAME = f"{PREFIX}_{urlsplit(APP_ORIGIN).port or 'session'}"
CSRF_COOKIE_NAME = f"{PREFIX}_csrf_{urlsplit(APP_ORIGIN).port or 'session'}"
SESSION_COOKIE_HTTPONLY = True
SESSION_IDLE_MINUTES = env.integer(
    "SESSION_IDLE_MINUTES", 720, "For how many minutes a session may lie idle; 0: as long as it lasts"
)
SESSION_HOURS = env.integer("SESSION_HOURS", 168, "For how many hours a session lasts, however much it is used")
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
BEHIND_PROXY = env.boolean("BEHIND_PROXY", default=False, meaning="A proxy sets X-Forwarded-Proto and lets nobody else")
PROXIES = env.integer("PROXIES", 1, "With BEHIND_PROXY: how many proxies add to X-Forwarded-For")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES if BEHIND_PROXY else 0
SECURE_SSL_REDIRECT = IS_SECURE and BEHIND_PROXY  # without one the same request would come back
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
HSTS_SECONDS = env.integer(
    "HSTS_SECONDS", 31_536_000, "How long browsers ask this host by https alone, where APP_ORIGIN is"
)
SECURE_HSTS_SECONDS = HSTS_SECONDS if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # whether browsers ship the name on their list is its owner's to say
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = dict.fromkeys(
    ("camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb"), "none"
) | dict.fromkeys(
    ("clipboard-write", "fullscreen", "publickey-credentials-create", "publickey-credentials-get"), "self"
)
CONTENT_SECURITY_POLICY = policy(MEDIA_ORIGIN)

# --- language and time: stored and computed in UTC --------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- API ---------------------------------------------------------------------------------------------------
KEY_REQUESTS_PER_MINUTE = env.integer(
    "KEY_REQUESTS_PER_MINUTE", 6_000, "How often an API key without a limit of its own may ask; 0: as often as it likes"
)
PROVISIONING_LOG_DAYS = env.integer("PROVISIONING_LOG_DAYS", 90, "For how many days the log of SCIM requests is kept")
AUDIT_KEEP_MONTHS = env.integer("AUDIT_KEEP_MONTHS", 0, "For how many months history and audit are kept; 0: for ever")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.accounts.authentication.ApiKeyAuthentication",
        "foundation.accounts.authentication.ActorSessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["foundation.accounts.limits.KeyThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "foundation.core.pages.KeysetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "foundation.core.problems.exception_handler",
    "DEFAULT_PARSER_CLASSES": ["foundation.core.parsers.StrictJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tandem",
    "DESCRIPTION": "Product truth and media truth, joined.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "AttributeTypeEnum": "pim.choices.AttributeType",
        "AssetKindEnum": "dam.choices.Kind",
        "AssetStateEnum": "dam.choices.AssetState",
        "VersionStateEnum": "dam.choices.VersionState",
        "FileStateEnum": "dam.choices.FileState",
        "BindingSourceEnum": "associations.choices.Source",
        "VerdictCodeEnum": "dam.verdict.Code",
        "ValueKindEnum": ("own", "computed"),
        "SpanKindEnum": ("same", "removed", "added"),
        "FactKindEnum": ("value", "override", "placement", "category", "relation", "field"),
        "ListingEntryStateEnum": ("live", "withdrawn"),
        "DifferenceKindEnum": ("added", "removed", "changed"),
        "BulkOutcomeEnum": "foundation.bulk.choices.Outcome",
        "FeedStateEnum": "syndication.choices.FeedState",
        "RequestStateEnum": "foundation.approval.choices.RequestState",
        "ListPageEnum": ("product_list", "asset_list", "listing_list"),
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Celery: a nudge; the truth of every job is its row in Postgres ----------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{CACHE_PREFIX}:",
    "visibility_timeout": 3600,
    # Who nudges does not wait for a broker that is away: the sweep will.
    "max_retries": 0,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 5.0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "interactive"

# --- logs ----------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname).1s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"pyvips": {"level": "WARNING"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", "INFO", "Least severe level that is logged"),
    },
}
