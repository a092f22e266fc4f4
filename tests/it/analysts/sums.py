"""Adds up a history folder as an analyst would: sums.py HISTORY_FOLDER EXPORTED_VISITS. Prints JSON."""

import json
import sys

import duckdb

folder, exported = sys.argv[1:]
turnover = f"read_parquet('{folder}/turnover/**/*.parquet', hive_partitioning = true)"
visits = f"read_parquet('{folder}/visits/**/*.parquet', hive_partitioning = true)"

hours = duckdb.sql(f"""
    SELECT zone, epoch_ms(date_trunc('hour', window_start AT TIME ZONE 'UTC')) AS hour,
           sum(occupied_ms), sum(vacant_ms), sum(unknown_ms), sum(visits_started), sum(visits_ended), sum(stay_ms),
           sum(list_sum(stay_counts))
    FROM {turnover} GROUP BY ALL ORDER BY hour, zone
""").fetchall()
print(json.dumps({
    "hours": [[zone] + [int(n or 0) for n in rest] for zone, *rest in hours],
    "visits": int(duckdb.sql(f"SELECT sum(count) FROM {visits}").fetchall()[0][0]),
    "exported": duckdb.sql(f"SELECT count(*) FROM '{exported}'").fetchall()[0][0],
    "longest": duckdb.sql(f"SELECT max(epoch_ms(ended_at) - epoch_ms(started_at)) FROM '{exported}'").fetchall()[0][0],
}))
