"""Use cases of trained models: train, serve, roll back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from premium.errors import Conflict, NotFound
from premium.gas.series.hours import STEPS, Trained, refusal, trained
from premium.gas.series.model import LAST_VALUE, MODEL
from premium.gas.store.backtests import BacktestStore
from premium.gas.store.models import ModelStore, StoredModel
from premium.gas.store.tens import TenStore
from premium.observability import logger
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.objects import Objects

PREFIX = "gas-models/"
_DAYS = timedelta(days=90)
_SERVED_SECONDS = 2 * 86_400


@dataclass(frozen=True, kw_only=True)
class Models:
    """Models of hours ahead, of all chains."""

    store: ModelStore
    backtests: BacktestStore
    tens: TenStore
    objects: Objects
    cache: Cache

    @classmethod
    def of(cls, platform: Platform) -> Models:
        """Return the models over the worker's database and the bucket of exports."""
        database = platform.worker_database
        return cls(
            store=ModelStore(database), backtests=BacktestStore(database), tens=TenStore(platform.timeseries),
            objects=platform.bucket("exports"), cache=Cache(platform.redis(3), "gas:model"),
        )  # fmt: skip

    def train(self, chain: str, at: datetime) -> Mapping[str, str | None]:
        """Train a chain's model of the day.

        Return by horizon why it does not serve, None where it does. Nothing of a chain of fewer than three days.
        """
        rows = [(int(each.at.timestamp()), each.average) for each in self.tens.closed(chain, at - _DAYS, at)]
        made = trained(rows)
        if made is None:
            return {}
        key = f"{PREFIX}{chain}/{sha256(made.body).hexdigest()}.json"
        self.objects.put_once(key, made.body, "application/json")
        models = [_stored(chain, horizon, at, made, key) for horizon in STEPS]
        self.store.add(models)
        for horizon, document in made.backtests.items():
            self.backtests.put(chain, horizon, at, document)
        self.tell(chain)
        return {horizon: refusal(made.backtests[horizon]) for horizon in STEPS}

    def tell(self, chain: str) -> Mapping[str, Any] | None:
        """Put what serves a chain's hours where each minute's predictions find it."""
        known = self.store.all(chain)
        served = {horizon: _served(known, horizon) for horizon in STEPS}
        read = {each.object_key: self._body(each) for each in served.values() if each is not None}
        bodies_of = {key: body for key, body in read.items() if body is not None}
        bodies: dict[str, Any] = {key: {**body, "horizons": {}} for key, body in bodies_of.items()}
        told: dict[str, Any] = {}
        for horizon, each in served.items():
            if each is None or each.object_key not in bodies:
                continue
            serving, steps = _serving(each), str(STEPS[horizon])
            kept = bodies_of[each.object_key]["horizons"][steps]
            bodies[each.object_key]["horizons"][steps] = {**kept, "bands": {serving: kept["bands"][serving]}}
            told[horizon] = {"version": each.version, "serving": serving, "backtest": _worth(each),
                             "key": each.object_key}  # fmt: skip
        if not told:
            return None
        document = {"horizons": told, "bodies": bodies}
        self.cache.set(chain, document, ttl_seconds=_SERVED_SECONDS)
        return document

    def promote(self, chain: str, horizon: str, version: str, now: datetime) -> None:
        """Let a version serve.

        Conflict where it did not beat the baselines, or its bands did not hold.
        """
        found = self._one(chain, horizon, version)
        if why := refusal(found.metrics):
            raise Conflict(f"{version} of {chain} {horizon} may not serve: {why}")
        if self._body(found) is None:
            raise Conflict(f"{version} of {chain} {horizon} has no coefficients any more")
        self.store.change(chain, horizon, version, "serving", now)
        self.tell(chain)

    def retire(self, chain: str, horizon: str, version: str, now: datetime) -> None:
        """Let a version serve no longer: the best baseline does, by name."""
        self._one(chain, horizon, version)
        self.store.change(chain, horizon, version, "retired", now)
        self.tell(chain)

    def _one(self, chain: str, horizon: str, version: str) -> StoredModel:
        for each in self.store.all(chain):
            if (each.horizon, each.version) == (horizon, version):
                return each
        raise NotFound(f"{chain} has no model {version} of {horizon}: premium gas models list")

    def _body(self, model: StoredModel) -> Any | None:
        """Return the coefficients, None where they are gone or not those that were written."""
        try:
            with self.objects.open(model.object_key) as stream:
                body = stream.read()
        except NotFound:
            return None
        if sha256(body).hexdigest() != model.sha256:
            logger.error("a model is not what was trained", key=model.object_key)
            return None
        return json.loads(body)


def _stored(chain: str, horizon: str, at: datetime, made: Trained, key: str) -> StoredModel:
    backtest = made.backtests[horizon]
    metrics = {name: backtest[name] for name in ("model", "scores", "baselines", "best_baseline")}
    status = "candidate" if refusal(backtest) else "serving"
    return StoredModel(chain, horizon, made.version, at, metrics, key, sha256(made.body).hexdigest(), status, at)


def _served(known: Sequence[StoredModel], horizon: str) -> StoredModel | None:
    """Return the version that serves, or else the newest, whose baseline does."""
    of = [each for each in known if each.horizon == horizon]
    return next((each for each in of if each.status == "serving"), of[0] if of else None)


def _serving(model: StoredModel) -> str:
    return MODEL if model.status == "serving" else model.metrics["best_baseline"] or LAST_VALUE


def _worth(model: StoredModel) -> dict[str, Any] | None:
    """Return the scores of what serves, as predictions show them."""
    serving, baselines = _serving(model), model.metrics["baselines"]
    own, best = model.metrics["model"] if serving == MODEL else baselines[serving], model.metrics["best_baseline"]
    if own is None or best is None:
        return None
    shown = {name: own[name] for name in ("n", "mape", "within10", "cover80", "cover95")}
    return {**shown, "best_baseline": best, "best_baseline_mape": baselines[best]["mape"]}
