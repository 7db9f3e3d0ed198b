SELECT number AS id, opened AS occurred_at, seen AS known_at, number, nullif(caller_id, '?') AS caller_id, location,
       category, priority, contact_type AS channel, u_symptom AS symptom, opened_by
FROM log QUALIFY row_number() OVER (PARTITION BY number ORDER BY seen, sys_mod_count::INT) = 1
