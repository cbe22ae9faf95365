"""The database: one set of models and migrations on SQLite and PostgreSQL."""
