-- One event a visit: a client on a day, whatever became of it. The calendar holds survivors only, so the cancelled and
-- the missed lines are booked lines too.
WITH lines AS (
    SELECT Code, Service, Staff, Date AS day FROM booked
    UNION
    SELECT Code, Service, Staff, "Booking Date" FROM cancelled
    UNION
    SELECT Code, Service, Staff, Date FROM missed
)
SELECT Code || ' ' || day AS id, day - 120 AS occurred_at, day - 120 AS known_at, Code AS client, day,
       count(*) AS services, min(Service) AS service, min(Staff) AS staff
FROM lines
WHERE Code IS NOT NULL
GROUP BY Code, day
