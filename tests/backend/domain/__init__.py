"""What each command and query promises, through the real doors, on both databases."""
