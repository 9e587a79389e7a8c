"""New plugins, written from the templates that lie here: one folder for each kind, and `common` for what all have."""
