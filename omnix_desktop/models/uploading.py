"""What is being written and is not whole yet: files on their way to the server, an address half typed."""

from typing import Any

from omnix_desktop.models.why import Why


class Uploading:
    """For a model with a `changed` signal, which each beginning and end of a file sends."""

    changed: Any  # the signal
    uploading = 0
    unfinished = ""
    """What stands in a line for addresses and is none yet."""

    def upload_began(self) -> None:
        self.uploading += 1
        self.changed.emit()

    def upload_ended(self) -> None:
        self.uploading -= 1
        self.changed.emit()

    def unready(self) -> Why | None:
        """Why it cannot go as it stands."""
        if self.uploading:
            return Why("composer.uploading")
        return Why("composer.mail_address_wrong", (("address", self.unfinished[:80]),)) if self.unfinished else None
