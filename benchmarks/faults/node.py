"""A proxy before the chain's node that lies, or lags behind, while it is told to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import httpx

Mood = Literal["well", "lies", "lags"]
LAG = 3
"""Blocks that the backend behind a load balancer does not have."""


class NodeProxy:
    """JSON-RPC on a port of its own."""

    def __init__(self, upstream: str) -> None:
        self.mood: Mood = "well"
        self._client = httpx.Client(base_url=upstream, timeout=10)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(proxy.answer(asked)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, asked: Any) -> Any:
        """Return the node's answers, changed as the mood says."""
        one = isinstance(asked, dict)
        requests: list[dict[str, Any]] = [asked] if one else asked
        answers = {answer["id"]: answer for answer in self._client.post("/", json=requests).json()}
        head = int(self._ask("eth_blockNumber"), 16) if self.mood == "lags" else 0
        changed = [self._changed(request, answers[request["id"]], head) for request in requests]
        return changed[0] if one else changed

    def _changed(self, request: dict[str, Any], answer: dict[str, Any], head: int) -> dict[str, Any]:
        method = request["method"]
        if self.mood == "lies" and method in ("eth_getLogs", "eth_getBlockReceipts") and "result" in answer:
            return answer | {"result": []}
        if self.mood == "lies" and method == "eth_getBlockByNumber" and isinstance(answer.get("result"), dict):
            return answer | {"result": answer["result"] | {"transactions": []}}
        if self.mood == "lags" and method == "eth_blockNumber":
            return answer | {"result": hex(head - LAG)}
        if self.mood == "lags" and method == "eth_getBlockByNumber":
            number = request["params"][0]
            if number.startswith("0x") and int(number, 16) > head - LAG:
                return answer | {"result": None}
            if number == "latest":
                return answer | {"result": self._ask("eth_getBlockByNumber", hex(head - LAG), request["params"][1])}
        return answer

    def _ask(self, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._client.post("/", json=body).json()["result"]
