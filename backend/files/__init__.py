"""Attachment storage: a folder or S3."""
