"""The database: base class and column types, the engine, and the unit of work."""
