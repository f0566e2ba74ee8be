"""A web server and a client that asks it for pages, over a socket of this machine and in turn: in threads of their own,
what a freelist serves would be up to the scheduler."""

import http.client
import json
import socketserver
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    wbufsize = 1 << 16  # an answer is one write, so one read

    def do_GET(self):
        body = json.dumps({"path": self.path, "items": list(range(10))}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        return "Thu, 01 Feb 2024 10:00:00 GMT"

    def log_message(self, format, *args):
        pass


def main():
    server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
    for i in range(200):
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
        client.request("GET", "/page/%d" % i)
        server.handle_request()
        answer = client.getresponse()
        assert answer.status == 200 and json.loads(answer.read())["path"] == "/page/%d" % i
        client.close()
    server.server_close()


main()
