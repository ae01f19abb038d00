"""Progress, tables and pictures of arrays; nothing here knows a model."""
