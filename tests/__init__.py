"""What the users and callers are promised."""
