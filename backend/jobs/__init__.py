"""What happens later: claimed from a table under a lease, run, retried, visible."""
