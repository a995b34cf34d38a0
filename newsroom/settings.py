"""Settings of the newsroom; the only reader of the environment.

Everything has a default that suits one machine with SQLite. docs/operators.md lists the variables.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path

import django
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    # A variable that is set to nothing, as files of them have it for what is left as it is, is one that is not set.
    ENVIRON = {name: value for name, value in os.environ.items() if value.strip()}


env = Environment()

# Everything the newsroom writes: database, pictures, collected static files, the generated secret.
DATA_DIR = env.path("DATA_DIR", default=str(BASE_DIR / "var"))
DATA_DIR = Path(str(DATA_DIR))


def generated_secret(path):
    """Return the secret kept in `path`, made on first use and readable by its owner alone."""
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        return path.read_text()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or generated_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "newsroom.adminapp.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",  # the form renderer below finds Django's own widget templates through it
    *([] if django.VERSION >= (6, 0) else ["django_tasks"]),  # Django has had them of its own since 6.0
    "django_tasks_db",
    "csp",
    "django_prose_editor",
    "js_asset",
    "taggit",
    "tree_queries",
    "newsroom",
    "articles",
    "comments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsroom.compression.compress",
    "csp.middleware.CSPMiddleware",
    "newsroom.middleware.refuse_null_characters",
    "newsroom.middleware.permissions_policy",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.staff.own_time_zone",
    "articles.going_out.out_on_time",
    "articles.addresses.former_addresses",
    "newsroom.plans.desk",
    "newsroom.replica.FromReplica",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.context_processors.site",
            ],
        },
    },
]
# Widget templates may live in templates/ too.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'newsroom.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if url := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url_config(url)
    # Of a server that says nothing it is known after two seconds.
    given = DATABASES["replica"].get("OPTIONS", {})
    DATABASES["replica"]["OPTIONS"] = {"connect_timeout": 2, "tcp_user_timeout": 2000, **given}
    DATABASE_ROUTERS = ["newsroom.replica.Router"]
    if any(database["ENGINE"] != "django.db.backends.postgresql" for database in DATABASES.values()):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL names a replica of PostgreSQL, and DATABASE_URL its primary.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if Path(DATABASES["default"]["NAME"]).parent == DATA_DIR:  # with a SECRET_KEY of its own, nobody has made it yet
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    # SQLite as a server's database: readers never wait, writers queue for up to 20 seconds.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            # Each thread's connection keeps 2 MB of the file; the rest is the system's to keep.
            " PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    # PostgreSQL plans what each connection asks for again and again once: to plan the queries of the home page took it
    # longer than to answer them. A pooler that gives each transaction another connection can know of no such plans.
    plans = env.bool("DATABASE_PREPARED", default=True)
    for database in DATABASES.values():
        database["CONN_HEALTH_CHECKS"] = True
        database["DISABLE_SERVER_SIDE_CURSORS"] = not plans
        database["OPTIONS"] = {
            "server_side_binding": plans,
            "prepare_threshold": 2 if plans else None,
            **database.get("OPTIONS", {}),
        }
# Seconds. To open SQLite's file and read its schema anew for each page costs a fifth of a page; PostgreSQL's plans end
# with the connection that has them.
for database in DATABASES.values():
    database["CONN_MAX_AGE"] = 60 if database["ENGINE"] == "django.db.backends.sqlite3" else 600

# How the C library holds memory in a process of the server. By itself it has a heap for each thread, and after the
# first large block that is freed it keeps all up to that size.
MALLOC = {
    "MALLOC_ARENA_MAX": env.str("MALLOC_ARENA_MAX", default="2"),
    "MALLOC_MMAP_THRESHOLD_": env.str("MALLOC_MMAP_THRESHOLD_", default="131072"),
    "MALLOC_TRIM_THRESHOLD_": env.str("MALLOC_TRIM_THRESHOLD_", default="131072"),
}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Who was counted lately; apart, so that a flood of readers pushes nothing else out. 20,000 take some 10 MB.
    "readers": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "readers",
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "readers",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# Rendered pages are kept in a folder, or in Redis for several machines; "off" renders each anew.
PAGE_STORE = env.str("PAGE_STORE", default="off" if DEBUG else REDIS_URL or str(DATA_DIR / "pages"))
PAGE_STORE = "" if PAGE_STORE == "off" else PAGE_STORE
PAGE_STORE_BYTES = env.int("PAGE_STORE_MB", default=512) * 1024 * 1024  # of a folder; Redis has its own maxmemory
# Below these nothing is ever kept. A parameter that no page knows has the page made for that request alone, unless it
# begins like one of those that only tell where a reader came from.
PAGE_STORE_NEVER = (
    "/desk/", "/comments/", "/static/", "/media/", "/read/", "/recommend/", "/live/", "/draft/", "/health/",
)  # fmt: skip
PAGE_STORE_PARAMETERS = frozenset(
    {"page", "view", "order", "update", "comments", "thread", "period", "section", "tag", "author", "kind", "since"}
    | {"cursor"}
)
PAGE_STORE_IGNORED = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
# Caches in front that forget by key; see newsroom/pagestore/fronts.py. They are told of each change.
CDN = env.list("CDN", default=[])

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["newsroom.permissions.OneQueryBackend"]  # every page of the desk asks for them
LOGIN_URL = "admin:login"

# The interface speaks one language, the same to everybody; whatever a browser asks for, pages can be stored.
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb").lower().replace("_", "-")
LANGUAGES = [("en", "English"), ("en-gb", "British English"), ("de", "Deutsch"), ("fr", "français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "newsroom.formats"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

if django.VERSION < (6, 0):
    FORMS_URLFIELD_ASSUME_HTTPS = True  # an address without a scheme means https, as it does from Django 6 on

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    (name, BASE_DIR / "static" / name) for name in ("site", "desk", "editor")
]  # static/src is not served
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Brotli takes its time; source maps are not worth it, the rest is compressed already.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "map",
    "png",
    "ico",
    "gif",
    "jpg",
    "webp",
    "avif",
    "woff2",
    "gz",
    "br",
    "txt",
    "md",
)

# Readers get renditions, and get them from the site, which asks each time whether they may be shown. Originals, with
# all their metadata, have no address. A cache in front of the site may have an address of its own for /media/.
MEDIA_URL = env.str("MEDIA_URL", default="media/")
MEDIA_ROOT = DATA_DIR / "media"
ORIGINALS_ROOT = DATA_DIR / "originals"
if S3_BUCKET := env.str("S3_BUCKET", default=""):
    S3 = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
        "region_name": env.str("S3_REGION", default=None),
        "access_key": env.str("S3_ACCESS_KEY_ID", default=None),
        "secret_key": env.str("S3_SECRET_ACCESS_KEY", default=None),
        "addressing_style": env.str("S3_ADDRESSING_STYLE", default=None),
        "default_acl": None,  # private, as buckets are
    }
    FILES = {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**S3, "location": "media"}},
        "originals": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {**S3, "location": "originals", "file_overwrite": False},
        },
    }
else:
    FILES = {
        "default": {"BACKEND": "newsroom.storage.WholeFileStorage"},
        "originals": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": ORIGINALS_ROOT, "base_url": None},
        },
    }
STORAGES = {
    **FILES,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Work for later waits in the database for `manage.py work`, which `make run` starts beside the server.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# A body of 2 MB must reach the form, which says that it is too long and gives it back.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Where the site is, for links in letters that no request asks for; by default the first of ALLOWED_HOSTS.
SITE_ADDRESS = env.str("SITE_ADDRESS", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="newsroom@localhost")

# The one script that stands in every page; the policy names it by its hash.
FIRST_SCRIPT = (BASE_DIR / "static/site/first.js").read_text().strip()
FIRST_SCRIPT_HASH = base64.b64encode(hashlib.sha256(FIRST_SCRIPT.encode()).digest()).decode()

MEDIA_ORIGIN = ["/".join(MEDIA_URL.split("/")[:3])] if "//" in MEDIA_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE, f"'sha256-{FIRST_SCRIPT_HASH}'"],
        "style-src": [SELF],
        "img-src": [SELF, *MEDIA_ORIGIN],
        "font-src": [SELF],
        "media-src": [SELF, *MEDIA_ORIGIN],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        # Players load only after a reader's click; articles/embeds.py knows the same hosts.
        "frame-src": [
            SELF,
            "https://www.youtube-nocookie.com",
            "https://player.vimeo.com",
            "https://w.soundcloud.com",
            "https://open.spotify.com",
            "https://embed.podcasts.apple.com",
        ],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "newsroom.views.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# One switch for a site behind TLS. Off by default, so that the first run works on http://localhost.
if HTTPS := env.bool("HTTPS", default=False):
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Addresses of reverse proxies whose X-Forwarded-For may be believed; none by default.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# An outside checker of comments, of Akismet's shape; nothing is asked unless there is an address.
COMMENT_CHECKER_URL = env.str("COMMENT_CHECKER_URL", default="")
COMMENT_CHECKER_KEY = env.str("COMMENT_CHECKER_KEY", default="")
COMMENT_CHECKER_SITE = env.str("COMMENT_CHECKER_SITE", default="")
if COMMENT_CHECKER_URL and not COMMENT_CHECKER_URL.startswith("https://"):
    raise ImproperlyConfigured("COMMENT_CHECKER_URL must begin with https://: it is sent readers' names and texts.")

TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_keys": {"()": "newsroom.logs.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_keys"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "INFO"},
        "django.tasks": {"level": "WARNING"},  # what fails; not each thing that is done
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
