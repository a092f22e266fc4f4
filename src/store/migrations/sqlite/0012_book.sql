-- An owner's month: its lines in the order of their time, and what they add up to without a look at each.
DROP INDEX ledger_owner;
CREATE INDEX ledger_owner ON ledger (owner, at, id, currency, amount_cents);
DROP INDEX ledger_driver;
CREATE INDEX ledger_driver ON ledger (driver, at, id, currency, amount_cents);
