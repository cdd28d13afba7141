"""The native desktop program: cache and sync are headless, models and ui show them, ports
joins the two.
"""
