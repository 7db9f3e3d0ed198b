-- A visit is cancelled with its first cancelled line, if nothing of it is left in the calendar (otherwise it was
-- changed), and missed on its day.
SELECT Code || ' ' || "Booking Date" || ' cancelled' AS id, min("Cancel Date") AS occurred_at,
       min("Cancel Date") AS known_at, Code || ' ' || "Booking Date" AS visit_id, Code AS client, 'cancelled' AS status
FROM cancelled
WHERE Code IS NOT NULL AND "Cancel Date" IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM booked WHERE booked.Code = cancelled.Code AND booked.Date = cancelled."Booking Date")
GROUP BY Code, "Booking Date"
UNION ALL
SELECT DISTINCT Code || ' ' || Date || ' missed', missed_on, missed_on, Code || ' ' || Date, Code, 'missed'
FROM missed
WHERE Code IS NOT NULL AND missed_on IS NOT NULL
