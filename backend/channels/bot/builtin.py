"""The bot of our own: a greeting, a menu, keywords, and words that ask for a person. Pure; it remembers nothing.

The menu and the keywords are lines of the account's settings: `title = answer` and `word, word = answer`. The answer
`@agent` hands over. A customer chooses by button, by the entry's number or by its title.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.channels.bot.words import Action, Turn, hand_over, say
from omnix_protocol.bots import BUTTONS_MAX
from omnix_protocol.content import Button

TO_AGENT: Final = "@agent"
AGENT_WORDS: Final = (
    "agen", "agent", "petugas", "operator", "cs", "customer service", "customer care", "layanan pelanggan",
    "manusia", "orang asli", "human", "real person", "live agent", "representative",
)  # fmt: skip
"""Indonesian and English; an account's `agent_words` come on top."""
_WORDS: Final = {
    "id": {
        "greeting": "Halo! Ada yang bisa kami bantu?",
        "fallback": "Maaf, kami belum mengerti. Silakan pilih, atau ketik “petugas” untuk bicara dengan petugas kami.",
        "handing_over": "Baik, mohon tunggu sebentar. Petugas kami akan segera membantu.",
        "note": "Pelanggan meminta petugas.",
        "agent": "Bicara dengan petugas",
    },
    "en": {
        "greeting": "Hello! How can we help?",
        "fallback": "Sorry, we did not understand. Please choose, or type “agent” to talk to one of us.",
        "handing_over": "Please wait a moment. One of us will be with you shortly.",
        "note": "The customer asked for an agent.",
        "agent": "Talk to an agent",
    },
}


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    answer: str


def answer(settings: Mapping[str, str], turn: Turn) -> list[Action]:
    """What the bot does about this."""
    own = _WORDS["en" if settings.get("language") == "en" else "id"]
    words = own | {name: settings[name] for name in ("greeting", "fallback", "handing_over") if settings.get(name)}
    menu = _entries(settings.get("menu", ""))[: BUTTONS_MAX - 1]
    menu = [*menu, _Entry(own["agent"], TO_AGENT)] if all(it.answer != TO_AGENT for it in menu) else menu
    said = _folded(turn.text)
    chosen = _chosen(menu, turn.chosen, said) or _keyword(settings, said)
    if (chosen is not None and chosen.answer == TO_AGENT) or (chosen is None and _wants_person(settings, said)):
        return [say(words["handing_over"]), hand_over(_noted(words["note"], turn))]
    if chosen is not None:
        return [say(chosen.answer)]
    begins = turn.event in ("started", "given_back")
    buttons = [Button(id=f"menu:{place}", title=it.title[:80]) for place, it in enumerate(menu, 1)]
    return [say(words["greeting" if begins else "fallback"], buttons)]


def _noted(note: str, turn: Turn) -> str:
    return f"{note}\n“{turn.text.strip()}”" if turn.text.strip() else note


def _chosen(menu: list[_Entry], button: str, said: str) -> _Entry | None:
    for place, entry in enumerate(menu, 1):
        if button == f"menu:{place}" or said in (str(place), f"{place}.", _folded(entry.title)):
            return entry
    return None


def _keyword(settings: Mapping[str, str], said: str) -> _Entry | None:
    for entry in _entries(settings.get("keywords", "")):
        if any(_says(said, _folded(word)) for word in entry.title.split(",")):
            return entry
    return None


def _wants_person(settings: Mapping[str, str], said: str) -> bool:
    more = (_folded(word) for word in settings.get("agent_words", "").split(","))
    return any(_says(said, word) for word in (*AGENT_WORDS, *more))


def _says(said: str, word: str) -> bool:
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) is not None


def _entries(text: str) -> list[_Entry]:
    found: list[_Entry] = []
    for row in text.splitlines():
        title, equals, told = row.partition("=")
        if equals and title.strip() and told.strip():
            found.append(_Entry(title.strip(), told.strip().replace("\\n", "\n")))
    return found


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
