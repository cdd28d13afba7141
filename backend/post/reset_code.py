"""The letter with the code for a forgotten password (S0.7); no link, so that none can be forged."""

from html import escape
from typing import Final

from backend.post.letter import Letter, language_of

WORDS: Final = {
    "id": {
        "subject": "Kode untuk mengatur ulang kata sandi di {tenant}",
        "hello": "Halo {name},",
        "asked": "seseorang, semoga Anda, meminta kode untuk mengatur ulang kata sandi Omnix Anda di {tenant}.",
        "code": "Kode Anda:",
        "until": "Kode ini berlaku {minutes} menit dan hanya dapat dipakai sekali. Kode sebelumnya tidak berlaku lagi.",
        "secret": "Jangan berikan kode ini kepada siapa pun; tidak ada rekan yang akan memintanya.",
        "not_you": "Jika bukan Anda yang meminta, abaikan surat ini: kata sandi Anda tetap seperti semula.",
    },
    "en": {
        "subject": "Your code to reset the password at {tenant}",
        "hello": "Hello {name},",
        "asked": "somebody, we hope you, asked for a code to reset your Omnix password at {tenant}.",
        "code": "Your code:",
        "until": "It is good for {minutes} minutes and for one use. Any code before it is void.",
        "secret": "Give this code to nobody; no colleague will ask you for it.",
        "not_you": "If it was not you, ignore this mail: your password stays as it is.",
    },
}


def reset_letter(*, to: str, name: str, tenant: str, code: str, minutes: int, locale: str) -> Letter:
    """To the person themselves, in the tenant's language."""
    language = language_of(locale)
    shown = f"{code[:4]} {code[4:]}"
    words = {
        key: line.format(name=name, tenant=tenant, code=shown, minutes=minutes) for key, line in WORDS[language].items()
    }
    before, after = ("hello", "asked", "code"), ("until", "secret", "not_you")
    text = "\n\n".join([*(words[key] for key in before), f"    {shown}", *(words[key] for key in after)])
    html = (
        "".join(f"<p>{escape(words[key])}</p>" for key in before)
        + '<p style="font-size:28px;font-weight:600;letter-spacing:3px;margin:16px 0">'
        + f"{escape(shown)}</p>"
        + "".join(f"<p>{escape(words[key])}</p>" for key in after)
    )
    return Letter(to=to, subject=words["subject"], text=text + "\n", html=html, language=language)
