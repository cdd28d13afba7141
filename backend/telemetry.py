"""Logs as JSON lines with nothing in them that is nobody's business, and the metrics of this process."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

HIDDEN: Final = "[hidden]"
_SECRET_KEY: Final = re.compile(
    r"token|password|secret|authorization|cookie|credential|api_?key|^(text|body|note|remark|preview|draft|content|payload)$"
    r"|_(text|body|preview)$",
    re.IGNORECASE,
)
_SECRET_VALUE: Final = re.compile(
    r"ox[a-z]_[A-Za-z0-9_-]{8,}"  # our own tokens
    r"|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|\b\d{6,}:[A-Za-z0-9_-]{30,}"  # a Telegram bot's
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in an address
    r"|(?i:(?:token|password|secret|key)=)[^&\s]+"
)
_LINE_MAX: Final = 2_000


def redact(_logger: object, _method: str, event: Event) -> Event:
    """What a log line may hold: never tokens, passwords or what people wrote to each other."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if _SECRET_KEY.search(key):
        return HIDDEN
    if isinstance(value, dict):
        return {str(name): _clean(str(name), part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, str):
        return _SECRET_VALUE.sub(HIDDEN, value)[:_LINE_MAX]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _SECRET_VALUE.sub(HIDDEN, str(value))[:_LINE_MAX]


def describe_exception(_logger: object, _method: str, event: Event) -> Event:
    """The failure's kind and where it happened. Its own words may quote a customer, so they stay out."""
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        info: ExcInfo | None = (type(given), given, given.__traceback__)
    elif isinstance(given, tuple) and len(given) == 3:
        info = given if given[0] is not None else None
    else:
        current = sys.exc_info() if given else (None, None, None)
        info = current if current[0] is not None else None
    if info is not None:
        kind, error, where = info
        event["error"] = f"{kind.__module__}.{kind.__qualname__}"
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(where)][-8:]
        if error.__cause__ is not None:
            event["caused_by"] = type(error.__cause__).__qualname__
    return event


def start_logging(level: str, style: str) -> None:
    """Everything that this process logs goes through one pipe, to the standard output."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
    ]
    last: Any = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # query strings are nobody's business
    for name in ("httpx", "httpcore", "nats", "websockets", "uvicorn.error", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Metrics:
    """What this process counts; one registry for each process, so that tests can have several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sockets = Gauge("omnix_sockets", "Sockets that are open", ["kind"], registry=self.registry)
        self.followed = Gauge("omnix_followed_scopes", "Scopes with followers here", registry=self.registry)
        self.frames = Counter("omnix_frames", "Frames from clients", ["frame"], registry=self.registry)
        self.delivered = Counter("omnix_commits_delivered", "Commits sent to followers", registry=self.registry)
        self.dropped = Counter(
            "omnix_sockets_dropped", "Sockets that the server ended", ["why"], registry=self.registry
        )
        self.sign_ins = Counter("omnix_sign_ins", "Attempts to sign in", ["outcome"], registry=self.registry)
        self.commands = Counter("omnix_commands", "Commands by outcome", ["type", "outcome"], registry=self.registry)
        self.command_seconds = Histogram(
            "omnix_command_seconds",
            "Time that a command took",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self.registry,
        )
        self.requests = Counter("omnix_http_requests", "HTTP requests", ["route", "status"], registry=self.registry)

    def page(self) -> tuple[bytes, str]:
        """The page for Prometheus and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
