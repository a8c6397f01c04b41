"""Every setting, from the environment, with its default."""

import os
import secrets
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from app.base import patience

Network = IPv4Network | IPv6Network
ROOT = Path(__file__).parent.parent.parent
INSTANCE = ROOT / "instance"


def settings() -> dict[str, object]:
    """The settings by their Flask names. Set the environment variable of the same name
    (``DATABASE_URL``, ``REDIS_URL`` where it differs) to change one."""
    env = os.environ.get
    database = database_url(env("DATABASE_URL", ""))
    is_https = env("SITE_URL", "").startswith("https://")
    return {
        "SECRET_KEY": env("SECRET_KEY") or kept_secret(),
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(database, for_command=is_command()),
        "DATABASE_SECONDS": statement_seconds(for_command=is_command()),
        # /readyz warns below this much free space
        "DISK_WARNING_MB": int(env("DISK_WARNING_MB", "500")),
        "REDIS_URL": env("REDIS_URL", ""),
        "QUEUE_FILE": env("QUEUE_FILE", str(INSTANCE / "queue.sqlite")),
        "PAPERS_FOLDER": env("PAPERS_FOLDER", str(INSTANCE / "papers")),  # printed today
        "SITE_URL": env("SITE_URL", f"http://127.0.0.1:{env('PORT', '8000')}").rstrip("/"),
        # Certificates are signed with this key; without SIGNING_KEY one is made in the file.
        "SIGNING_KEY": env("SIGNING_KEY", ""),
        "SIGNING_KEY_FILE": env("SIGNING_KEY_FILE", str(INSTANCE / "signing-key.pem")),
        "DEMO": env("DEMO", "") == "1",
        # Mail: without SMTP_HOST letters are written into OUTBOX as .eml files.
        "SMTP_HOST": env("SMTP_HOST", ""),
        "SMTP_PORT": int(env("SMTP_PORT", "587")),
        "SMTP_USER": env("SMTP_USER", ""),
        "SMTP_PASSWORD": env("SMTP_PASSWORD", ""),
        "SMTP_SECURITY": env("SMTP_SECURITY", "starttls"),  # starttls | tls | none
        "SMTP_TIMEOUT": int(env("SMTP_TIMEOUT", "15")),  # seconds for each answer
        "MAIL_FROM": env("MAIL_FROM", "Ориентир <no-reply@orientir.localhost>"),
        "OUTBOX": env("OUTBOX", str(ROOT / "outbox")),
        # What the site makes and keeps for a while: finished batches of certificates
        "FILES_FOLDER": env("FILES_FOLDER", str(INSTANCE / "files")),
        # Papers and files that people send: what opens or prints them is a process of its own
        # with so much memory and time; so many at once may wait for it in each web process.
        "PRINT_MEMORY_MB": int(env("PRINT_MEMORY_MB", "768")),
        "PRINT_SECONDS": int(env("PRINT_SECONDS", "30")),
        "PRINT_IDLE_SECONDS": int(env("PRINT_IDLE_SECONDS", "300")),
        "HEAVY_AT_ONCE": int(env("HEAVY_AT_ONCE", "3")),
        "HEAVY_AT_ONCE_OF_A_KIND": int(env("HEAVY_AT_ONCE_OF_A_KIND", "2")),
        # Sessions
        "SESSION_COOKIE_NAME": "__Host-orientir" if is_https else "orientir",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "REMEMBER_COOKIE_DURATION": timedelta(0),
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        # Under which names the site answers; others get a page that says so.
        "TRUSTED_HOSTS": hosts_of(env("SITE_URL", ""), env("TRUSTED_HOSTS", "")),
        "TRUSTED_PROXIES": int(env("TRUSTED_PROXIES", "0")),
        "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        # How long a minor's seat waits for a guardian's answer
        "CONSENT_HOLD_HOURS": int(env("CONSENT_HOLD_HOURS", "72")),
        # Sweeps: what is erased by time. How far the clock may stray while the machine runs,
        # how long the site may have been off, which share of persons (in %) and how many at
        # least may go in a night unasked, and for how many days that can be undone.
        "SWEEP_CLOCK_MINUTES": int(env("SWEEP_CLOCK_MINUTES", "60")),
        "SWEEP_PAUSE_DAYS": int(env("SWEEP_PAUSE_DAYS", "7")),
        "SWEEP_SHARE": int(env("SWEEP_SHARE", "2")),
        "SWEEP_AT_LEAST": int(env("SWEEP_AT_LEAST", "50")),
        "SWEEP_GRACE_DAYS": min(int(env("SWEEP_GRACE_DAYS", "7")), 25),  # the law gives 30
        # Whom we erased and whose consent was withdrawn: kept outside the database too
        "TOMBSTONES_FILE": env("TOMBSTONES_FILE", str(INSTANCE / "tombstones.jsonl")),
        # Languages
        "BABEL_DEFAULT_LOCALE": "ru",
        "BABEL_DEFAULT_TIMEZONE": "Europe/Moscow",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": ("ru", "en"),
        # Budgets of a network: times so much, and networks that have none (see budgets.py)
        "NETWORK_BUDGETS": int(env("NETWORK_BUDGETS", "1")),
        "UNLIMITED_NETWORKS": networks(env("UNLIMITED_NETWORKS", "")),
        "RATELIMIT_ENABLED": env("RATELIMIT_ENABLED", "1") == "1",
        "RATELIMIT_STORAGE_URI": env("REDIS_URL") or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": patience.redis() if env("REDIS_URL") else {},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": False,
        "COMPRESS_ALGORITHM": ["gzip"],
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIN_SIZE": 800,
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/calendar"],
    }


def networks(given: str) -> list[Network]:
    """«203.0.113.7, 2001:db8::/48»: addresses and networks, with commas or blanks between."""
    return [ip_network(word, strict=False) for word in given.replace(",", " ").split()]


def hosts_of(site_url: str, more: str) -> list[str]:
    """The site's own name, this machine itself (health checks, development), and what
    TRUSTED_HOSTS adds, with commas: an address that a balancer asks by."""
    own = urlsplit(site_url).hostname
    added = (host.strip() for host in more.split(","))
    return [host for host in (own, "localhost", "127.0.0.1", *added) if host]


def database_url(given: str) -> str:
    """SQLite in ``instance/`` unless told otherwise; PostgreSQL through psycopg."""
    if not given:
        return f"sqlite:///{INSTANCE / 'orientir.sqlite'}"
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def engine_options(database: str, *, for_command: bool = False) -> dict[str, object]:
    """What a statement that fails was about (names, addresses) is nothing for a log. Pages
    wait for the database as long as a visitor does, commands and the worker much longer."""
    common: dict[str, object] = {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": patience.FREE_CONNECTION,
    }
    if database.startswith("sqlite"):
        seconds = 60 if for_command else patience.BUSY_FILE
        return {**common, "connect_args": {"timeout": seconds}}
    statement = statement_seconds(for_command=for_command)
    limits = patience.postgresql(
        statement=statement,
        lock=min(statement, 60 if for_command else patience.LOCK),
        idle=max(statement, patience.IDLE_IN_TRANSACTION),
    )
    return {**common, "pool_recycle": 600, "connect_args": limits}


def statement_seconds(*, for_command: bool) -> float:
    """The longest that one statement may take."""
    if for_command:
        return float(os.environ.get("DATABASE_COMMAND_SECONDS", patience.COMMAND))
    return float(os.environ.get("DATABASE_SECONDS", patience.STATEMENT))


def is_command() -> bool:
    """Whether this is «flask …» (a migration, an import, the worker) and not the web server."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"


def kept_secret() -> str:
    """A secret of this installation, made once and kept readable by its owner alone."""
    INSTANCE.mkdir(exist_ok=True)
    file = INSTANCE / "secret_key"
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_text()
