-- One closing change a booking. A check-in is known on arrival, though the table says so only when the guest has left.
WITH closed AS (
    SELECT *,
           CASE WHEN checked_in THEN 'checked_in'
                WHEN reservation_status = 'Canceled' THEN 'cancelled'
                WHEN reservation_status = 'No-Show' THEN 'no_show' END AS status,
           CASE WHEN checked_in THEN arrival ELSE closed_on END AS happened_on
    FROM hotel
)
SELECT row_id || ' ' || status AS id, happened_on AS occurred_at, happened_on AS known_at, row_id AS booking_id,
       hotel, hotel || ' ' || agent::INT AS agent, hotel || ' ' || company::INT AS company,
       status, reserved_room_type AS room_reserved, CASE WHEN checked_in THEN assigned_room_type END AS room_assigned
FROM closed
WHERE status IS NOT NULL
