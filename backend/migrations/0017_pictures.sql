-- What the operators' pictures are drawn from: bounded windows of time over what is there, and what was kept nowhere.

-- Lines of feeds as they were answered, a row per department, feed and day.
CREATE TABLE feed_days (
    day           date   NOT NULL,
    department_id text   NOT NULL REFERENCES departments (department_id),
    feed          text   NOT NULL,
    accepted      bigint NOT NULL,
    unchanged     bigint NOT NULL,
    refused       bigint NOT NULL,
    PRIMARY KEY (day, department_id, feed)
);
CREATE INDEX feed_days_by_department ON feed_days (department_id);

CREATE INDEX messages_queued ON messages (queued_at) INCLUDE (read_at);
CREATE INDEX payment_orders_paid ON payment_orders (paid_at) INCLUDE (channel, paid_fen) WHERE paid_at IS NOT NULL;
