-- A driver's lines in their order: what has happened since the one that was told last.
CREATE INDEX ledger_driver_id ON ledger (driver, id);
