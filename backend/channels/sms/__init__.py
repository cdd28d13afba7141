"""Short messages: by Kannel over HTTP, and by SMPP to a short message centre."""
