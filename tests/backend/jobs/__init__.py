"""What happens later: claimed, run, retried, visible."""
