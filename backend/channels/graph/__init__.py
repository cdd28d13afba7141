"""What Meta's Graph API shares among WhatsApp, Messenger and Instagram."""
