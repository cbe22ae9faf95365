"""The database: SQLAlchemy models and migrations."""
