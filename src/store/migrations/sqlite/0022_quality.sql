-- How good the data of operators and partners (`kind`) were: sums by month, in months since the year 0.
CREATE TABLE quality_month (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    month INTEGER NOT NULL,
    what TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, name, month, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX quality_month_month ON quality_month (month);
