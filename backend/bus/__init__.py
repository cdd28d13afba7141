"""'This scope has grown': in-process or NATS; carries keys, never data."""
