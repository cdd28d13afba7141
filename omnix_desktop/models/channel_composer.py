"""What is written for a channel, within what it takes."""

from omnix_desktop.models.composer import Composer
from omnix_protocol import capability
from omnix_protocol.channels import Capabilities
from omnix_protocol.rules import text_limit


class ChannelComposer(Composer):
    """Its conversation's channel limits the text and says how it is counted."""

    @property
    def able(self) -> Capabilities | None:
        """What the channel can; None where it is not known here."""
        return self.facts.channel.capabilities if self.facts and self.facts.channel else None

    def limit(self) -> int:
        rules = self._catalogue.rules
        return text_limit(rules, self.able) if self.able else rules.message_max

    def length(self) -> int:
        return capability.text_length(self.text, self.able) if self.able else super().length()
