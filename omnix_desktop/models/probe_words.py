"""What a test of a channel account found, in words."""

from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_protocol.channel_setup import Probed
from omnix_protocol.errors import Refused


def probe_words(answer: Probed | Refused) -> tuple[str, str]:
    """One sentence and its tone."""
    if isinstance(answer, Refused):
        return sentence(answer), "bad"
    if not answer.works:
        return tr("channel_admin.test_bad", said=answer.said), "bad"
    return tr("channel_admin.test_good", said=answer.said) if answer.said else tr("channel_admin.test_well"), "good"
