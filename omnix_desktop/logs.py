"""Logs as JSON lines in rotating files, with nothing in them that is nobody's business."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

HIDDEN: Final = "[hidden]"
_BYTES: Final = 2_000_000
_FILES: Final = 3
_LINE_MAX: Final = 2_000
_FRAMES: Final = 12
_PRIVATE: Final = re.compile(
    r"ox[a-z]_[A-Za-z0-9_-]{8,}"  # our own tokens
    r"|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in an address
    r"|(?i:(?:token|password|secret|key)\W{1,4})[^&\s,;]+"
    r"|x'[0-9a-fA-F]{16,}'"  # a key as SQLCipher takes it
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\+?\d[\d -]{8,}\d(?![\w-])"  # telephone and service numbers
)
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def redacted(text: str) -> str:
    """The text without tokens, keys, passwords, addresses and numbers of people. Our own ids stay."""
    kept: list[str] = []
    end = 0
    for found in _ID.finditer(text):
        kept += [_PRIVATE.sub(HIDDEN, text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*kept, _PRIVATE.sub(HIDDEN, text[end:])])[:_LINE_MAX]


class Lines(logging.Formatter):
    """One JSON object a line. Of an exception stays its kind and where it happened: its words may quote a customer."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redacted(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, where = record.exc_info
            line["error"] = f"{kind.__module__}.{kind.__qualname__}"
            frames = traceback.extract_tb(where)[-_FRAMES:]
            line["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def start_logging(folder: Path, level: int = logging.INFO) -> RotatingFileHandler:
    """Everything that this program logs goes to `desktop.log` in this folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "desktop.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return handler
