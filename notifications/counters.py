"""Figures for Prometheus; the default registry, so that whoever serves /metrics has them."""

from prometheus_client import Counter, Gauge

DELIVERIES = Counter("notifications_deliveries", "Delivery attempts by result", ["channel", "result"])
REFUSED = Counter("notifications_sender_refused", "401/403 answers: our own credentials are wrong", ["lane"])
QUEUE_LAG = Gauge("notifications_queue_lag_seconds", "Age of the oldest delivery that is due and not sent")
