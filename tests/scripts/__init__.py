"""What a newcomer's two commands promise."""
