SELECT number || '/' || lpad(sys_mod_count, 4, '0') AS id, seen AS occurred_at, seen AS known_at, number,
       ident_state AS status, reassignment_count AS passed_on,
       reopen_count > lag(reopen_count) OVER (PARTITION BY number ORDER BY seen, sys_mod_count::INT) AS reopened FROM log
