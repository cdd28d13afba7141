"""One file per dock. Panels do not know each other; PANELS lists them explicitly, so that
PyInstaller sees them.
"""
