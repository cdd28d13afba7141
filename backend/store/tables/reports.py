"""The wallboard's projection."""

from backend.store.tables.base import entity_table
from backend.store.tables.mapping import maps
from omnix_protocol.reports import Board

boards = entity_table("boards")

maps(Board, boards)
