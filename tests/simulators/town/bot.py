"""What the demo company's bot says: a menu first, an answer or two, and then a person."""

from typing import Any

MENU = [
    {"id": "tagihan", "title": "Tagihan"},
    {"id": "gangguan", "title": "Gangguan"},
    {"id": "petugas", "title": "Bicara dengan petugas"},
]
ANSWERS = {
    "tagihan": "Tagihan terbit setiap tanggal 5. Nomor layanannya berapa, Kak?",
    "lampu": "Coba matikan modem 30 detik lalu nyalakan lagi ya, Kak. Lampunya sekarang bagaimana?",
    "internet": "Sedang tidak ada gangguan massal. Boleh nomor layanannya, Kak?",
    "paket": "Paket rumah kami 30, 50, 100 dan 300 Mbps. Alamatnya di mana, Kak?",
}
PATIENT_TURNS = 3
"""After so many turns a person goes on; every second conversation stays until somebody asks for one, or takes it."""


class Script:
    """Called with each turn that the server tells; knows how often each interaction has been told of."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    def __call__(self, turn: dict[str, Any]) -> list[dict[str, Any]]:
        interaction = turn.get("interaction", {}).get("id", "")
        if not interaction:
            return []  # a probe
        count = self._turns[interaction] = self._turns.get(interaction, 0) + 1
        text = turn.get("message", {}).get("text", "").lower()
        if turn["event"] == "given_back":
            return [_say("Saya lagi di sini. Ada lagi yang bisa dibantu?", MENU)]
        stays = turn["interaction"].get("number", 1) % 2 == 0
        if "petugas" in text or (count > PATIENT_TURNS and not stays):
            return [
                _say("Baik, saya sambungkan dengan petugas."),
                {"type": "hand_over", "note": f"Kata pelanggan: {text}"},
            ]
        known = next((answer for word, answer in ANSWERS.items() if word in text), "")
        who = turn["customer"]["name"].partition(" ")[0] or "Kak"
        if count == 1:
            return [_say(f"Halo {who}! Saya bot Nusanet. {known}".strip(), MENU)]
        return [_say(known or "Baik, saya catat. Ada lagi yang bisa ditambahkan?")]


def _say(text: str, buttons: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"type": "say", "text": text} | ({"buttons": buttons} if buttons else {})
