"""A wallet in a page, whose accounts the stage's EVM node holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_SCRIPT = Path(__file__).with_name("wallet.js")


@dataclass
class Wallet:
    """Answers as a browser's wallet does.

    `account`: which of the node's it shows; `refuses`: the code with which it says no to a method; `silent`: methods it
    never answers; `says`: what it says of a method whatever the node would.
    """

    node: str
    account: int = 0
    refuses: dict[str, int] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    says: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, params: str) -> str:
        self.asked.append(method)
        if method in self.refuses:
            return json.dumps({"error": {"code": self.refuses[method], "message": "The wallet says no"}})
        if method in self.silent:
            return json.dumps({"silent": True})
        wanted = "eth_accounts" if method == "eth_requestAccounts" else method
        if wanted in self.says:
            return json.dumps({"result": self.says[wanted]})
        told = httpx.post(self.node, json={"jsonrpc": "2.0", "id": 1, "method": wanted, "params": json.loads(params)})
        found = told.json()
        if wanted == "eth_accounts":
            found["result"] = [found["result"][self.account]]
        return json.dumps({name: found[name] for name in ("result", "error") if name in found})


def announce(context: BrowserContext, wallet: Wallet, name: str, nth: int, *, injected: bool = False) -> None:
    """Have a context's pages find a wallet.

    By EIP-6963, or `injected` as `window.ethereum`.
    """
    door = f"premiumWallet{nth}"
    context.expose_binding(door, lambda _, method, params: wallet.answer(method, params))
    told = {"uuid": f"00000000-0000-4000-8000-{nth:012}", "name": name, "door": door, "injected": injected}
    context.add_init_script(f"window.__premiumWallet = {json.dumps(told)};\n{_SCRIPT.read_text()}")
