"""What this service counts."""

from kit import metrics

_HELP = {
    "groove_http_requests_total": "Requests answered, by method and status.",
    "groove_http_request_seconds": "Time until an answer began, by method; streams only until they are open.",
    "groove_view_delay_seconds": "Time from when a message was stored until the views held it and watchers were told.",
    "groove_events_encoded_total": "Stream events turned into bytes: once each, however many clients there are.",
    "groove_events_sent_total": "Stream events handed to clients.",
    "groove_stream_cut_off_total": "Streams ended because their reader was too slow.",
    "groove_view_messages": "Messages of the log that this process folded into the views.",
    "groove_view_events": "Stream events that this process folded into the views.",
    "groove_views_paused": "Graphs, executions and assets that the views cannot follow: see /ready.",
    "groove_parked_messages": "Messages that nobody could handle: see /api/parked.",
    "groove_doubts_open": "Nodes in doubt that nobody has settled: see /api/doubts.",
    "groove_stream_clients": "Streams open now.",
    "groove_assets_retired_total": "Outputs deleted because their project keeps them no longer.",
    "groove_objects_trashed_total": "Objects that nothing refers to, put into the trash.",
    "groove_objects_put_back_total": "Objects taken out of the trash: somebody refers to them again.",
    "groove_objects_removed_total": "Objects removed for good.",
    "groove_objects_removed_bytes_total": "Bytes of the objects removed for good.",
    "groove_uploads_dropped_total": "Uploads removed because nobody completed them.",
    "groove_view_lag": "Messages of the log that the views do not hold yet.",
}


class Metrics(metrics.Metrics):
    def __init__(self) -> None:
        super().__init__(_HELP)
        self.answering, self.showing = metrics.Histogram(labels=("method",)), metrics.Histogram()
        self.histogram("groove_http_request_seconds", self.answering)
        self.histogram("groove_view_delay_seconds", self.showing)
