"""Holds turnover as Parquet against the same as CSV: told_twice.py CSV PARQUET. Prints JSON: how many rows each has, how
many only one of them has, and the columns of the Parquet with their types."""

import json
import sys

import duckdb

csv, parquet = sys.argv[1:]
duckdb.sql("SET TimeZone = 'UTC'")
columns = {name: kind for name, kind, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()}
types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
told = f"SELECT * FROM read_csv('{csv}', header = true, columns = {{{types}}})"
file = f"SELECT * FROM '{parquet}'"


def count(rows):
    return duckdb.sql(f"SELECT count(*) FROM ({rows})").fetchall()[0][0]


print(json.dumps({
    "rows": [count(told), count(file)],
    "differ": [count(f"({told}) EXCEPT ALL ({file})"), count(f"({file}) EXCEPT ALL ({told})")],
    "groups": duckdb.sql(f"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{parquet}')").fetchall()[0][0],
    "columns": [f"{name} {kind}" for name, kind in columns.items()],
}))
