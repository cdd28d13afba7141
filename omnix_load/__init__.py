"""The load generator and invariant checker: headless desktops, boards and customers on sync,
cache and protocol.
"""
