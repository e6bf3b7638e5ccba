"""The one settings file. What differs between installations comes from the environment; the list is in docs/how-to."""

from __future__ import annotations

import os
from pathlib import Path

from fordran.access.provider import provider_from
from fordran.config.logs import django_logging
from fordran.config.secret import secret_key
from fordran.db import connect

PACKAGE = Path(__file__).resolve().parent.parent
HOME = connect.home()

#: The demonstration world: signs its visitor in, on loopback only, and runs over plain http.
DEMO = os.environ.get("FORDRAN_DEMO") == "1"
DEBUG = os.environ.get("FORDRAN_DEBUG") == "1"
#: Served over https by a proxy before us: strict cookies and transport security.
HTTPS = os.environ.get("FORDRAN_HTTPS") == "1"
#: What a collector of /metrics shows; without it only this machine is answered, and only when no proxy stands before us.
METRICS_TOKEN = os.environ.get("FORDRAN_METRICS_TOKEN", "")
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, os.environ.get("FORDRAN_HOSTS", "").split(","))]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in filter(None, os.environ.get("FORDRAN_HOSTS", "").split(","))]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "fordran.db",
    "fordran.audit",
    "fordran.creditors",
    "fordran.access",
    "fordran.invoices",
    "fordran.ledger",
    "fordran.letters",
    "fordran.bank",
    "fordran.cases",
    "fordran.settlement",
    "fordran.erp",
    "fordran.payouts",
    "fordran.agreements",
    "fordran.books",
    "fordran.day",
    "fordran.onboarding",
    "fordran.creditor_pages",
    # Signing in. Last, so that our templates come before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "fordran.config.request_log.RequestLog",
    "fordran.config.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Sessions that are over, and those that still lack their second step, go no further.
    "fordran.access.middleware.Sessions",
    "django_htmx.middleware.HtmxMiddleware",
    # Every page's rows are those of the creditors that its user may see.
    "fordran.creditor_pages.tenancy.TenancyMiddleware",
]

ROOT_URLCONF = "fordran.config.urls"
WSGI_APPLICATION = "fordran.config.wsgi.application"
ASGI_APPLICATION = "fordran.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DATABASES = {"default": connect.django_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

#: Who signs people in by OpenID Connect, as FORDRAN_CONNECT_* say; None = nobody does.
CONNECT = provider_from(os.environ)
ACCOUNT_ADAPTER = "fordran.access.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "fordran.access.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not verified by allauth here
MFA_TOTP_TOLERANCE = 1  # one step of 30 s to either side, for telephones whose clock is a little off (RFC 6238 section 5.2)
SOCIALACCOUNT_ADAPTER = "fordran.access.adapters.SocialAdapter"
# Tries are counted in the database, for all processes together (access/limits.py); theirs would be counted in each by itself.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT = HOME / "static"
# Without a collected copy (demo, tests) files come straight from the package; an installation runs `collectstatic`.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# A staff session ends after half an hour without a click, and twelve hours after it began (access/signed_in.py).
SESSION_COOKIE_AGE = 30 * 60 if not DEMO else 7 * 24 * 3600
SESSION_LONGEST_HOURS = 12 if not DEMO else 7 * 24
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-fordran" if HTTPS else "fordran"
CSRF_COOKIE_NAME = "__Host-fordran-csrf" if HTTPS else "fordran-csrf"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = [
    "fordran.creditor_pages.uploads.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

LOGGING = django_logging()

# Letters to the people who sign in go by the same server as letters to debtors; without one the pages show the link instead.
_mail = {name: os.environ.get(f"FORDRAN_SMTP_{name}", "") for name in ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "FROM")}
EMAIL_HOST, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["HOST"], _mail["USER"], _mail["PASSWORD"]
EMAIL_USE_SSL = _mail["SECURITY"] == "tls"
EMAIL_USE_TLS = _mail["SECURITY"] in ("", "starttls")
EMAIL_PORT = int(_mail["PORT"] or (465 if EMAIL_USE_SSL else 587))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _mail["FROM"] or "fordran@localhost"
