"""Where attachments lie."""
