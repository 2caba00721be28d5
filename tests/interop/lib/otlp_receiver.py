"""An outside receiver of OTLP over HTTP: OpenTelemetry's own protobuf definitions read what arrives. Prints its port, then one JSON line a span.

usage: otlp_receiver.py [STATUS...]     the first answers have these statuses, the later ones 200"""
import http.server
import json
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

statuses = [int(word) for word in sys.argv[1:]]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = statuses.pop(0) if statuses else 200
        if status == 200:
            assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf"), (self.path, self.headers["Content-Type"])
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        print(json.dumps({
                            "service": service["service.name"], "trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex(), "name": span.name,
                            "kind": span.kind, "took_ns": span.end_time_unix_nano - span.start_time_unix_nano, "began_ns": span.start_time_unix_nano,
                            "attributes": {a.key: a.value.string_value or a.value.int_value for a in span.attributes}, "status": span.status.code,
                        }), flush=True)
        self.send_response(status)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()
        if status == 200:
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
