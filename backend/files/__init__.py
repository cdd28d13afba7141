"""Attachment storage: a folder or S3."""

from pathlib import Path

from backend.files.base import FileGone, Files, TooLarge
from backend.files.folder import FolderFiles
from backend.files.s3 import ObjectFiles

__all__ = ["FileGone", "Files", "FolderFiles", "ObjectFiles", "TooLarge", "open_files"]


def open_files(place: str) -> Files:
    """The place that the settings name."""
    return ObjectFiles.at(place) if place.startswith("s3://") else FolderFiles(Path(place))
