"""kill -9, full disk, lost socket, wrong clock."""
