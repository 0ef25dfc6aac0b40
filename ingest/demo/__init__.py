"""Deterministic demo tenants in true vendor shapes, with the totals that must come out."""

from ingest.demo.people import PersonalData
from ingest.demo.write import DemoReport, TenantReport, write_demo

__all__ = ["DemoReport", "PersonalData", "TenantReport", "write_demo"]
