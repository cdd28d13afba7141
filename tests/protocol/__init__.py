"""Golden frames of every released version, codec properties."""
