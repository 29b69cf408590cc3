"""Routes of gas: what a transaction costs now."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.gas import BlockPricesView, EstimateView, OperationName
from handlers.models.gas_predictions import PredictionsView
from handlers.runtime import entry, needs, router
from premium.bootstrap import platform
from premium.gas.service import Call, Fees, Wanted

app = router("Gas")
_AN_ADDRESS = r"^0x[0-9a-fA-F]{40}$"
_WORDS = r"^0x([0-9a-fA-F]{2})*$"
ChainName = Annotated[
    str, Query(min_length=2, max_length=32, description="The chain's short name", examples=["ethereum"])
]
GasLimit = Annotated[
    int | None, Query(alias="gasLimit", ge=1, le=2**63, description="Units of gas to price", examples=[120000])
]
Address = Annotated[
    str | None,
    Query(
        pattern=_AN_ADDRESS,
        description="Whom the call goes to",
        examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"],
    ),
]
Sender = Annotated[
    str | None,
    Query(
        alias="from",
        pattern=_AN_ADDRESS,
        description="Who sends the call",
        examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
    ),
]
Data = Annotated[str, Query(max_length=8192, pattern=_WORDS, description="The call's data", examples=["0xa9059cbb"])]
Wei = Annotated[str, Query(pattern=r"^[0-9]{1,78}$", description="What the call sends, in wei", examples=["0"])]


@app.get("/v1/gas/estimate")
@needs(service="gas", scope="gas:read")
def get_gas_estimate(
    chain: ChainName,
    *,
    operation: Annotated[OperationName | None, Query(description="One operation alone")] = None,
    gas_limit: GasLimit = None,
    to: Address = None,
    data: Data = "0x",
    sender: Sender = None,
    value: Wei = "0",
    format: Annotated[Literal["blockprices"] | None, Query(description="The shape of block prices")] = None,  # noqa: A002 - its name
) -> EstimateView | BlockPricesView:
    """Show what gas costs on a chain now, by speeds tested on its past.

    One of `operation`, `gasLimit` and `to` says what is priced; without any, every named operation is.
    """
    wanted = Wanted(operation, gas_limit, Call.of(to, data, int(value), sender))
    found = Fees.of(platform()).estimate(chain, wanted)
    return BlockPricesView.of(found) if format else EstimateView.of(found)


@app.get("/v1/gas/predictions")
@needs(service="gas", scope="gas:read")
def list_gas_predictions(
    chain: ChainName,
    horizon: Annotated[Literal["1", "3", "10", "25"] | None, Query(description="Of so many blocks alone")] = None,
) -> PredictionsView:
    """List forecasts of a chain's next base fees, with how well they did.

    `confidence` is the measured share of outcomes within ten percent of the point, never a model's opinion of itself.
    """
    return PredictionsView.of(Fees.of(platform()).predictions(chain, int(horizon) if horizon else None))


handler = entry(app)
