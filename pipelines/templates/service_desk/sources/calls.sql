SELECT number AS id, seen AS occurred_at, seen AS known_at, caller_id, lag(number) OVER earlier AS about
FROM (FROM log QUALIFY row_number() OVER (PARTITION BY number ORDER BY seen, sys_mod_count::INT) = 1)
WHERE caller_id <> '?' WINDOW earlier AS (PARTITION BY caller_id, category ORDER BY seen, number)
QUALIFY seen > lag(seen) OVER earlier + INTERVAL 1 HOUR           -- two at once are one call
