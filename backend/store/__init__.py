"""SQLAlchemy Core, and the only package that imports it."""
