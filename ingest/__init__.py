"""Ingest: vendor records into raw tables, and the stages of a refresh."""
