"""The server's own mail: letters, and their way out."""
