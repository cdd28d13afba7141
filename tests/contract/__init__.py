"""One suite that every channel passes at the real server; a provider is a simulator or a part nobody here wrote."""
