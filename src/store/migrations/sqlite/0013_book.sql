-- Nothing here: one hub has the file. On PostgreSQL this step says what has changed, for other hubs.
SELECT 1;
