-- How good the data of operators and partners (`kind`) were: sums by month, in months since the year 0.
CREATE TABLE quality_month (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    month BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (kind, name, month, what)
);
CREATE INDEX quality_month_month ON quality_month (month);
