-- One event a booking. Agents and companies are numbered per hotel, so their numbers carry the hotel's name.
SELECT row_id AS id, booked_on AS occurred_at, booked_on AS known_at,
       hotel, hotel || ' ' || agent::INT AS agent, hotel || ' ' || company::INT AS company,
       arrival, stays_in_weekend_nights AS weekend_nights, stays_in_week_nights AS week_nights,
       adults, children::INT AS children, babies,
       meal, market_segment AS segment, distribution_channel AS channel, is_repeated_guest = 1 AS repeated,
       reserved_room_type AS room_reserved, customer_type
FROM hotel
