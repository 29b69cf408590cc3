"""Made-up exports, written after the columns that each importer cites; none is a real person's file."""

# ruff: noqa: E501 - an export's line is as long as it is

from __future__ import annotations

COINBASE = """You can use this transaction report to inform your likely tax obligations.

Transactions
User,Jane Example,00000000-0000-0000-0000-000000000000
ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
a1,2024-01-02 10:00:00 UTC,Buy,BTC,0.5,USD,$42000.00,"$21,000.00","$21,100.00",$100.00,Bought 0.5 BTC for 21100 USD
a2,2024-02-02 10:00:00 UTC,Convert,BTC,-0.1,USD,$43000.00,$4300.00,$4300.00,$0.00,Converted 0.1 BTC to 1.8 ETH
a3,2024-02-03 10:00:00 UTC,Staking Income,ETH,0.01,USD,$2400.00,$24.00,$24.00,$0.00,
a4,2024-03-02 10:00:00 UTC,Send,BTC,-0.2,USD,$60000.00,-$12000.00,-$12000.00,$0.00,Sent 0.2 BTC to bc1qexample
a5,2024-04-02 10:00:00 UTC,Sell,BTC,-0.2,USD,$65000.00,$13000.00,$12950.00,$50.00,Sold 0.2 BTC for 12950 USD
"""
KRAKEN = """"txid","refid","time","type","subtype","aclass","subclass","asset","wallet","amount","fee","balance"
"L0","R0","2024-01-01 08:00:00","deposit","","currency","fiat","ZUSD","spot / main","1000.0000","0.0000","1000.0000"
"L1","T1","2024-01-02 08:00:00","trade","tradespot","currency","fiat","ZUSD","spot / main","-420.0000","1.0920","578.9080"
"L2","T1","2024-01-02 08:00:00","trade","tradespot","currency","crypto","XXBT","spot / main","0.0100000000","0.0000000000","0.0100000000"
"L3","R3","2024-02-02 08:00:00","earn","reward","currency","crypto","DOT.S","spot / main","0.5000000000","0.1000000000","0.4000000000"
"L4","R4","2024-03-02 08:00:00","withdrawal","","currency","crypto","XXBT","spot / main","-0.0050000000","0.0001000000","0.0049000000"
"""
BINANCE = """User_ID,UTC_Time,Account,Operation,Coin,Change,Remark
1,2024-01-02 10:00:00,Spot,Transaction Buy,ETH,0.6,
1,2024-01-02 10:00:00,Spot,Transaction Buy,ETH,0.4,
1,2024-01-02 10:00:00,Spot,Transaction Spend,USDT,-2200,
1,2024-01-02 10:00:00,Spot,Transaction Fee,BNB,-0.005,
1,2024-01-03 10:00:00,Spot,Simple Earn Flexible Interest,ETH,0.001,
1,2024-01-04 10:00:00,Spot,Simple Earn Flexible Subscription,ETH,-0.5,
1,2024-01-05 10:00:00,Spot,Withdraw,ETH,-0.25,
"""
GEMINI = """Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount USD,Fee (USD) USD,USD Balance USD,BTC Amount BTC,Fee (BTC) BTC,BTC Balance BTC,Trade ID,Tx Hash
2024-01-02,10:00:00.123,Buy,BTCUSD,Market,Taker,25,"($420.00)",($1.05),$578.95,0.01 BTC,,0.01 BTC,77,
2024-02-02,10:00:00,Debit,BTC,Withdrawal (BTC),,,,,,(0.005 BTC),(0.0001 BTC),0.0049 BTC,,abc
,,,,,,,1,1,1,1,1,1,,
"""
KOINLY = """Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash
2024-01-02 10:00:00 UTC,420,USD,0.01,BTC,1,USD,420,USD,,,
2024-02-02 10:00:00 UTC,,,0.5,DOT;3054,,,4,USD,staking,,
2024-03-02 10:00:00 UTC,0.002,BTC,,,,,120,USD,gift,,
2024-03-03 10:00:00 UTC,0.001,BTC,0.02,ETH,0.0001,ETH,60,USD,,,0xabc
"""
COINTRACKER = """Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag
01/02/2024 10:00:00,0.01,BTC,420,USD,1,USD,
02/02/2024 10:00:00,0.5,DOT,,,,,staked
03/02/2024 10:00:00,,,0.002,BTC,,,lost
"""
ROTKI = """timestamp,event_type,event_subtype,location,location_label,asset,asset_symbol,amount,fiat_value,identifier,entry_type,event_identifier,sequence_index,direction,extra_data,user_notes
02/01/2024 10:00:00 UTC,trade,spend,kraken,My Kraken,USD,USD,420,420,1,swap event,ev1,0,out,,
02/01/2024 10:00:00 UTC,trade,receive,kraken,My Kraken,BTC,BTC,0.01,420,2,swap event,ev1,1,in,,
02/01/2024 10:00:00 UTC,trade,fee,kraken,My Kraken,USD,USD,1,1,3,swap event,ev1,2,out,,
03/01/2024 10:00:00 UTC,staking,reward,kraken,My Kraken,DOT,DOT,0.5,4,4,history event,ev2,0,in,,
04/01/2024 10:00:00 UTC,informational,,ethereum,0xabc,ETH,ETH,0,0,5,evm event,ev3,0,neutral,,
04/01/2024 10:00:00 UTC,spend,fee,ethereum,0xabc,ETH,ETH,0.001,2,6,evm event,ev3,1,out,,Burn gas
"""
ME, OTHER = "0x" + "a" * 40, "0x" + "b" * 40
ETHERSCAN = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue @ $3000/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},,1.5,0,4500,0.001,3,2300,,,Transfer
0x2,2,1704276000,2024-01-03 10:00:00,{ME},{OTHER},,0,0.5,1500,0.002,5,2400,,,Transfer
0x3,3,1704362400,2024-01-04 10:00:00,{ME},{OTHER},,0,0.7,1500,0.003,5,2400,Error(0),execution reverted,Swap
"""
TOKENS = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,TokenSymbol
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},"1,500.25",1500.25,0xc0,USD Coin,USDC
0x2,2,1704189700,2024-01-02 10:01:40,{ME},{OTHER},10,10,0xc0,USD Coin,USDC
"""
