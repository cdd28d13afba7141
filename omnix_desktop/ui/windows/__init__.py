"""Windows of their own: wallboard, pop-out conversation, sign-in."""
