"""Meta's Graph API as documented: WhatsApp, Messenger, Instagram and comments, webhooks out and calls in."""
