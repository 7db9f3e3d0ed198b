-- One event an appointment.
SELECT AppointmentID::VARCHAR AS id, scheduled_at AS occurred_at, scheduled_at AS known_at, 'care:' || PatientId AS patient,
       day, nullif(Age, -1) AS age, Gender AS gender, Neighbourhood AS neighbourhood,
       Scholarship = 1 AS scholarship, Hipertension = 1 AS hypertension, Diabetes = 1 AS diabetes,
       Alcoholism = 1 AS alcoholism, Handcap AS handicap
FROM clinic
