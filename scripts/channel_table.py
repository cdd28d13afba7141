"""`python -m scripts.channel_table`: the table in docs/channels.md, from what the channels say they can."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from backend.channels import CHANNELS
from omnix_protocol.channels import Capabilities

PLACE: Final = Path(__file__).parents[1] / "docs" / "channels.md"
BEGIN, END = "<!-- table: python -m scripts.channel_table -->\n", "<!-- end of table -->\n"
_HEAD: Final = (
    "channel", "kind", "text", "files", "also sent", "window", "receipts", "on a message or customer",
    "customer's changes arrive", "comments", "expired or abandoned",
)  # fmt: skip
_MIB: Final = 1024 * 1024


def table() -> str:
    rows = [_HEAD, ("---",) * len(_HEAD)]
    rows += [(it.name, f"`{it.kind}`", *_cells(it.capabilities)) for it in CHANNELS]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(can: Capabilities) -> tuple[str, ...]:
    also = {
        "subject": can.subject, "place": can.location, "contact card": can.contacts, "quotation": can.quotes,
        "template": can.templates, f"{can.buttons_max} buttons": can.buttons_max > 0,
    }  # fmt: skip
    comments = {"public": can.comments, "private answer": can.private_reply}
    again = {"resolves expired": can.resolves_expired, "reopens abandoned": can.reopens_abandoned}
    return (
        f"{can.text_max:,} {can.text_unit}" if can.text_max else "–",
        _files(can),
        _told(also),
        _span(can.reply_window_seconds) if can.reply_window_seconds else "–",
        ", ".join(can.receipts) or "–",
        _told(dict.fromkeys((str(act) for act in can.acts), True)) + _until(can),
        "yes" if can.edits else "–",
        _told(comments),
        _told(again),
    )


def _files(can: Capabilities) -> str:
    if not can.attachments:
        return "–"
    most = f"{can.attachments_max} of " if can.attachments_max else ""
    kinds = sorted({kind.partition("/")[0] for kind in can.attachment_types}) or ["any kind"]
    sizes = [f"{_named(limit.types)} {_size(limit.max_bytes)}" for limit in can.media_limits]
    less = f" ({', '.join(sizes)})" if sizes else ""
    alone = "" if can.captions else ", no text with it"
    return f"{most}{_size(can.attachment_max_bytes)}{less}: {', '.join(kinds)}{alone}"


def _named(types: tuple[str, ...]) -> str:
    """A single type by its own name, several by those of their families."""
    if len(types) == 1 and not types[0].endswith("/*"):
        return types[0].rpartition("/")[2]
    return " and ".join(dict.fromkeys(kind.partition("/")[0] for kind in types))


def _size(count: int) -> str:
    return f"{count // _MIB} MB" if count >= _MIB else f"{count // 1024} KB"


def _span(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds <= 48 * 3600 else f"{seconds // 86_400} days"


def _until(can: Capabilities) -> str:
    return f" (edit, delete: {_span(can.edit_seconds)})" if can.edit_seconds else ""


def _told(flags: dict[str, bool]) -> str:
    return ", ".join(name for name, there in flags.items() if there) or "–"


def fresh(text: str) -> str:
    """The document with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: Iterable[str]) -> int:
    text = PLACE.read_text("utf-8")
    if "--check" in arguments:
        return int(fresh(text) != text)
    PLACE.write_text(fresh(text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
