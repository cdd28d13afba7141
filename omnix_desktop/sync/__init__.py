"""Between the cache and the server. Knows no Qt, runs headless (the load generator uses it),
is given paths and keys.
"""
