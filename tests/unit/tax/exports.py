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
KRAKEN_GROUPS = """"M1","T9","2024-05-02 08:00:00.1234","spend","","currency","crypto","XXRP","spot / main","-1.5","0","0"
"M2","T9","2024-05-02 08:00:00.1234","spend","","currency","crypto","ADA","spot / main","-2","0","0"
"M3","T9","2024-05-02 08:00:00.1234","receive","","currency","crypto","XXBT","spot / main","0.0001","0","0"
"N1","T8","2024-05-03 08:00:00","trade","","currency","fiat","ZUSD","spot / main","-10","0.1","0"
"N2","T8","2024-05-03 08:00:00","trade","","currency","fiat","ZUSD","spot / main","-5","0","0"
"N3","T8","2024-05-03 08:00:00","trade","","currency","crypto","XETH","spot / main","0.01","0.0001","0"
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
03/22/2024 10:00:00,,,0.002,BTC,,,lost
"""
ROTKI = """timestamp,event_type,event_subtype,location,location_label,asset,asset_symbol,amount,fiat_value,identifier,entry_type,event_identifier,sequence_index,direction,extra_data,user_notes
02/01/2024 10:00:00 UTC,trade,spend,kraken,My Kraken,USD,USD,420,420,1,swap event,ev1,0,out,,
02/01/2024 10:00:00 UTC,trade,receive,kraken,My Kraken,BTC,BTC,0.01,420,2,swap event,ev1,1,in,,
02/01/2024 10:00:00 UTC,trade,fee,kraken,My Kraken,USD,USD,1,1,3,swap event,ev1,2,out,,
03/01/2024 10:00:00 UTC,staking,reward,kraken,My Kraken,DOT,DOT,0.5,4,4,history event,ev2,0,in,,
14/01/2024 10:00:00 UTC,informational,,ethereum,0xabc,ETH,ETH,0,0,5,evm event,ev3,0,neutral,,
14/01/2024 10:00:00 UTC,spend,fee,ethereum,0xabc,ETH,ETH,0.001,2,6,evm event,ev3,1,out,,Burn gas
"""
ME, OTHER, THIRD = "0x" + "a" * 40, "0x" + "b" * 40, "0x" + "c" * 40
ETHERSCAN = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue @ $3000/Eth,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},,1.5,0,4500,0.001,3,2300,,,Transfer
0x2,2,1704276000,2024-01-03 10:00:00,{ME},{OTHER},,0,0.5,1500,0.002,5,2400,,,Transfer
0x3,3,1704362400,2024-01-04 10:00:00,{ME},{OTHER},,0,0.7,1500,0.003,5,2400,Error(0),execution reverted,Swap
"""
TOKENS = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,TokenSymbol
0x1,1,1704189600,2024-01-02 10:00:00,{OTHER},{ME},"1,500.25",1500.25,0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48,USD Coin,USDC
0x2,2,1704189700,2024-01-02 10:01:40,{ME},{THIRD},10,10,0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48,USD Coin,USDC
"""
INTERNAL = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),ParentTxFrom,ParentTxTo,ParentTxETH_Value,From,TxTo,ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue @ $3000/Eth,Historical $Price/Eth,Status,ErrCode,Type
0x4,4,1704189600,2024-01-02 10:00:00,{ME},0xd,0,0xd,{ME},,0.25,0,750,2300,0,,call
0x5,5,1704189700,2024-01-02 10:01:40,{ME},0xd,0,0xd,{ME},,0.75,0,750,2300,1,Reverted,call
"""
NFTS = f"""Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,TokenName,TokenSymbol,Token ID,Type,Quantity
0x6,6,1704189600,2024-01-02 10:00:00,{OTHER},{ME},0xC1,Punks,PUNK,7,ERC721,1
0x7,7,1704189700,2024-01-02 10:01:40,{ME},{THIRD},0xC2,Cards,CARD,12,ERC1155,3
"""
KOINLY_REPORT = """Transaction report 2024

Date,Type,Tag,Sending Wallet,Sent Amount,Sent Currency,Sent Cost Basis,Receiving Wallet,Received Amount,Received Currency,Received Cost Basis,Fee Amount,Fee Currency,Gain (USD),Net Value (USD),Fee Value (USD),TxSrc,TxDest,TxHash,Description
2024-01-02 10:00:00 UTC,exchange,,Kraken,"1,000.00",USDC,1000,Kraken,0.4,ETH,1000,,,0,1000,,,,,
2024-02-02 10:00:00 UTC,transfer,,Kraken,0.2,ETH,500,Ledger,0.199,ETH,497,0.0005,ETH,0,460,1.15,a,b,0xabc,
2024-03-02 10:00:00 UTC,crypto_deposit,Lending interest,,,,,Nexo,3.5E-04,ETH,1,,,0,1.2,,,,,
2024-03-03 10:00:00 UTC,crypto_withdrawal,Donation,Ledger,0.01,ETH,25,,,,,,,0,34,,,,,
"""
KOINLY_BULK = """ID (read-only),Parent ID (read-only),Date (UTC),Type,Tag,From Wallet (read-only),From Wallet ID,From Amount,From Currency,To Wallet (read-only),To Wallet ID,To Amount,To Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Fee Worth Amount,Fee Worth Currency,Net Value (read-only),Fee Value (read-only),Value Currency (read-only),Deleted,From Source (read-only),To Source (read-only),Negative Balances (read-only),Missing Rates (read-only),Missing Cost Basis (read-only),Synced To Accounting At (UTC read-only),TxSrc,TxDest,TxHash,Description
K1,,2024-01-02 10:00:00,buy,,Kraken;1,1,420,USD;5,Kraken;1,1,0.01,BTC;1,1,USD;5,,,,,420,1,USD;5,false,,,,,,,,,,
K2,,2024-01-03 10:00:00,transfer,,Kraken;1,1,0.01,BTC;1,Ledger;2,2,0.01,BTC;1,0.0001,BTC;1,,,,,430,4,USD;5,false,,,,,,,,,0xdef,
K3,,2024-01-04 10:00:00,crypto_deposit,airdrop,,,,,Ledger;2,2,9,UNI;7,,,,,,,27,,USD;5,true,,,,,,,,,,
"""
COINTRACKER_EXPORT = """Date,Type,Transaction ID,Received Quantity,Received Currency,Received Cost Basis (USD),Received Wallet,Received Address,Received Comment,Sent Quantity,Sent Currency,Sent Cost Basis (USD),Sent Wallet,Sent Address,Sent Comment,Fee Amount,Fee Currency,Fee Cost Basis (USD),Realized Return (USD),Fee Realized Return (USD),Transaction Hash
01/02/2024 10:00:00,BUY,t1,0.5,ETH,1000,Kraken - ETH,,,1000,USD,,Kraken,,,2,USD,,,,
01/03/2024 10:00:00,TRANSFER,t2,0.4995,ETH,999,Ledger - ETH,,,0.5,ETH,1000,Kraken - ETH,,,,,,,,0xaa
01/14/2024 10:00:00,STAKING_REWARD,,0.01,ETH,20,Ledger,,,,,,,,,,,,,,
...,,,,,,,,,,,,,,,,,,,,
"""
BINANCE_2025 = """\ufeffUser ID,Time,Account,Operation,Coin,Change,Remark
1,24-01-02 11:00:00,Spot,Transaction Buy,ETH,1,
1,24-01-02 11:00:00,Spot,Transaction Spend,USDT,-2200.00,
1,24-01-02 11:00:00,Spot,Transaction Fee,BNB,-0.005,
1,24-01-03 11:00:00,Earn,Simple Earn Flexible Interest,ETH,1E-3,
1,24-01-03 11:00:00,Earn,Simple Earn Flexible Interest,ETH,1E-3,
1,24-01-06 11:00:00,Spot,Small Assets Exchange BNB,SOL,-0.002,SOL to BNB
1,24-01-06 11:00:00,Spot,Small Assets Exchange BNB,ADA,-0.3,ADA to BNB
1,24-01-06 11:00:00,Spot,Small Assets Exchange BNB,BNB,0.0007,
"""
BYBIT = """UID: 1,Company Name: ,Country:
Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,Wallet Balance,Action,Time(UTC)
1,USDT,,TRANSFER_IN,--,--,--,--,0.0000,0.0000,1000.0000,1000.0000,1000.0000,--,2026-03-01 09:00:00
1,USDT,XAUTUSDT,TRADE,BUY,0.02,0.02,4300.0000,0.0000,-0.0860,0.0000,-0.0860,999.9140,OPEN,2026-03-02 09:00:00
1,USDT,XAUTUSDT,SETTLEMENT,BUY,--,0.02,--,-0.0043,0.0000,0.0000,-0.0043,999.9097,SETTLEMENT,2026-03-02 16:00:00
1,USDT,XAUTUSDT,TRADE,SELL,0.02,0,4356.0000,0.0000,-0.0871,1.0375,0.9504,1000.8601,CLOSE,2026-03-03 09:00:00
1,ETH,ETHUSDT,TRADE,BUY,0.1,0,3000.0000,0.0000,-0.0001,0.1000,0.0999,0.0999,--,2026-03-04 09:00:00
1,USDT,ETHUSDT,TRADE,BUY,-300,0,3000.0000,0.0000,0.0000,-300.0000,-300.0000,700.8601,--,2026-03-04 09:00:00
1,USDT,,TRANSFER_OUT,--,--,--,--,0.0000,0.0000,-100.0000,-100.0000,600.8601,--,2026-03-05 09:00:00
"""
