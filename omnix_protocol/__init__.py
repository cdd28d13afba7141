"""The words both sides speak: standard library and msgspec only; areas have the same file name
in every room.
"""
