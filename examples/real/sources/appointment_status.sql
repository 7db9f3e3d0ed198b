-- One closing change an appointment: whether the patient came, known at the end of the day. Five rows were entered after
-- their day: they are known when they were entered.
SELECT AppointmentID || ' seen' AS id, day AS occurred_at,
       greatest(day + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND, scheduled_at) AS known_at,
       AppointmentID::VARCHAR AS appointment_id, 'care:' || PatientId AS patient,
       if("No-show" = 'Yes', 'no_show', 'shown') AS status
FROM clinic
WHERE "No-show" IS NOT NULL
