"""The warehouse: tenants, the dbt build, snapshots, the catalog and governed queries."""
