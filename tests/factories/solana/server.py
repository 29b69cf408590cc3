"""JSON-RPC of Solana over a `Cluster`: only its shape is proven by it, the accounts are the runtime's."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from solders.pubkey import Pubkey

from tests.factories.solana.cluster import STAKE, Cluster, Signed

GENESIS = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
Entry = dict[str, Any]


class ClusterNode:
    """Answers calls; `lies` may change what is said of one, the first that says something counts."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.lies: list[Callable[[str, list[Any], Any], Any]] = []
        self.before: list[Callable[[str], None]] = []
        """Called with the method before each call is answered."""
        self.seconds = 0.0
        """That it takes for an answer."""

    def answer(self, body: Entry) -> Entry:
        for each in self.before:
            each(body["method"])
        told = {"jsonrpc": "2.0", "id": body["id"]}
        method, params = body["method"], body.get("params", [])
        result = getattr(self, f"_{method}")(*params)
        for lie in self.lies:
            if (said := lie(method, params, result)) is not None:
                result = said
                break
        if isinstance(result, Exception):
            return told | {"error": {"code": result.args[0], "message": result.args[1]}}
        return told | {"result": result}

    def _in_context(self, value: Any) -> Entry:
        return {"context": {"slot": self.cluster.svm.get_clock().slot, "apiVersion": "2.0"}, "value": value}

    def _getGenesisHash(self) -> str:  # noqa: N802 - the method's name
        return GENESIS

    def _getMultipleAccounts(self, keys: list[str], _: Entry) -> Entry:  # noqa: N802 - as above
        return self._in_context([self._row(self.cluster.svm.get_account(Pubkey.from_string(key))) for key in keys])

    def _getTokenAccountsByOwner(self, owner: str, by: Entry, _: Entry) -> Entry:  # noqa: N802 - as above
        program, wallet = Pubkey.from_string(by["programId"]), bytes(Pubkey.from_string(owner))
        return self._in_context(self._listed(program, lambda data: len(data) >= 165 and data[32:64] == wallet))

    def _getProgramAccounts(self, program: str, told: Entry) -> Entry | list[Entry]:  # noqa: N802 - as above
        size, field = told["filters"][0]["dataSize"], told["filters"][1]["memcmp"]
        wanted, at = bytes(Pubkey.from_string(field["bytes"])), field["offset"]
        assert Pubkey.from_string(program) == STAKE
        rows = self._listed(STAKE, lambda data: len(data) == size and data[at : at + len(wanted)] == wanted)
        return self._in_context(rows) if told.get("withContext") else rows

    def _getSignaturesForAddress(self, key: str, told: Entry) -> list[Entry]:  # noqa: N802 - as above
        wanted = Pubkey.from_string(key)
        mine = [{"signature": each.name, "slot": each.slot} for each in self.cluster.signed if wanted in each.keys]
        return mine[::-1][: told["limit"]]

    def _getTransaction(self, name: str, _: Entry) -> Entry | None:  # noqa: N802 - as above
        return next((_transaction(each) for each in self.cluster.signed if each.name == name), None)

    def _listed(self, program: Pubkey, fits: Callable[[bytes], bool]) -> list[Entry]:
        found = []
        for key in sorted(self.cluster.known, key=str):
            account = self.cluster.svm.get_account(key)
            if account is not None and account.owner == program and fits(bytes(account.data)):
                found.append({"pubkey": str(key), "account": self._row(account, empty=True)})
        return found

    @staticmethod
    def _row(account: Any, *, empty: bool = False) -> Entry | None:
        if account is None or (not account.lamports and not account.data):
            return None
        data = b"" if empty else bytes(account.data)
        return {
            "lamports": account.lamports,
            "owner": str(account.owner),
            "data": [base64.b64encode(data).decode(), "base64"],
            "executable": False,
            "rentEpoch": 0,
            "space": len(account.data),
        }


def _transaction(each: Signed) -> Entry:
    ends = {"pre": each.before, "post": each.after}
    balances = {f"{name}Balances": [held.lamports for held in mine] for name, mine in ends.items()}
    tokens = {f"{name}TokenBalances": [_tokens(place, *held.token) for place, held in enumerate(mine) if held.token]
              for name, mine in ends.items()}  # fmt: skip
    return {"slot": each.slot, "blockTime": each.unix, "meta": {"err": None, "fee": each.fee, **balances, **tokens},
            "transaction": {"message": {"accountKeys": [str(key) for key in each.keys]}}}  # fmt: skip


def _tokens(place: int, mint: str, owner: str, units: int) -> Entry:
    return {"accountIndex": place, "mint": mint, "owner": owner, "uiTokenAmount": {"amount": str(units)}}


@contextmanager
def served(fill: Callable[[Cluster], None]) -> Iterator[str]:
    """The address of a node over a cluster that `fill` prepared; the runtime belongs to the thread that serves it."""
    ready, made = threading.Event(), list[HTTPServer]()

    def serve() -> None:
        cluster = Cluster()
        node = ClusterNode(cluster)
        fill(cluster)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                calls = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                out = json.dumps([node.answer(call) for call in calls]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        made.append(HTTPServer(("127.0.0.1", 0), Handler))
        ready.set()
        made[0].serve_forever(poll_interval=0.05)

    threading.Thread(target=serve, daemon=True).start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{made[0].server_address[1]}"
    made[0].shutdown()
    made[0].server_close()
