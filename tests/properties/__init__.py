"""Stateful: replica after changes equals replica after snapshot; two clients, one server, a
bad network.
"""
