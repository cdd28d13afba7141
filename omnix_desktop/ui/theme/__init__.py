"""Tokens to style and palette; the only place that knows the style library."""
