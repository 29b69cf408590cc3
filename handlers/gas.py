"""Routes of gas: what a transaction costs, and how to send it well."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.gas import BlockPricesView, EstimateView, OperationName
from handlers.models.gas_backtests import GasBacktestView, HorizonName
from handlers.models.gas_optimization import OptimizationView, TransactionsToSend
from handlers.models.gas_predictions import PredictionsView
from handlers.runtime import Moment, entry, needs, router
from premium.bootstrap import platform
from premium.errors import InvalidInput
from premium.gas.plans import Plans, counted
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
    horizon: Annotated[HorizonName | None, Query(description="Of so many blocks or hours alone")] = None,
) -> PredictionsView:
    """List forecasts of a chain's next base fees, with how well they did.

    `confidence` is the measured share of outcomes within ten percent of the point, never a model's opinion of itself.
    """
    return PredictionsView.of(Fees.of(platform()).predictions(chain, horizon))


@app.get("/v1/gas/backtest")
@needs(service="gas", scope="gas:read")
def get_gas_backtest(
    chain: ChainName, horizon: Annotated[HorizonName, Query(description="Blocks or hours ahead")]
) -> GasBacktestView:
    """Show forecasts, each made from its own past alone, and what came of them.

    It is made once a day, of the newest 5,000 blocks, or of 28 days for hours.
    """
    return GasBacktestView.of(chain, horizon, Fees.of(platform()).backtest(chain, horizon))


@app.get("/v1/gas/optimization")
@needs(service="gas", scope="gas:read")
def get_gas_optimization(
    chain: ChainName,
    *,
    operation: Annotated[OperationName | None, Query(description="What is to be sent")] = None,
    operations: Annotated[
        str | None,
        Query(
            max_length=300,
            pattern=r"^[a-z0-9_]+:[0-9]{1,3}(,[a-z0-9_]+:[0-9]{1,3})*$",
            description="Several, as name:count",
            examples=["erc20_approve:1,swap_v3:1"],
        ),
    ] = None,
    deadline: Annotated[Moment | None, Query(description="By when; an hour from now without, 24 hours at most")] = None,
) -> OptimizationView:
    """Say whether waiting before a deadline pays.

    By what it saved after moments like this one. A transaction waits in the caller's hands: nothing is sent.
    """
    if operation and operations:
        raise InvalidInput.about("operations", "operation says already what is to be sent; give one of them")
    names = counted(operations) if operations else [operation or "native_transfer"]
    return OptimizationView.of(Plans.of(platform()).of_operations(chain, names, deadline))


@app.post("/v1/gas/optimization")
@needs(service="gas", scope="gas:read")
def ask_gas_optimization(body: TransactionsToSend) -> OptimizationView:
    """Say the same of transactions, and which of them may go together.

    Nothing is sent. They are simulated on the chain's node: only those whose sender is proven not to matter may share
    Multicall3, the others batch through the sender's wallet.
    """
    calls = [each.call() for each in body.transactions]
    plans = Plans.of(platform())
    return OptimizationView.of(plans.of_transactions(body.chain, body.sender.lower(), calls, body.deadline))


handler = entry(app)
