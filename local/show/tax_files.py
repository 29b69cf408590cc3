"""One user's files of three exchanges, and one that no importer knows, with its declaration.

Made up, in the columns and words of real exports: Kraken's Ledgers, Coinbase's and Bitstamp's histories.
"""

from __future__ import annotations

KRAKEN = """"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"
"L1","R1","2023-02-01 09:00:00","deposit","","currency","ZUSD","spot / main",60000.0000,0.0000,60000.0000
"L2","T1","2023-02-02 10:00:00","trade","tradespot","currency","ZUSD","spot / main",-23000.0000,46.0000,36954.0000
"L3","T1","2023-02-02 10:00:00","trade","tradespot","currency","XXBT","spot / main",1.0000000000,0,1.0000000000
"L4","T2","2023-11-06 10:00:00","trade","tradespot","currency","ZUSD","spot / main",-17500.0000,35.0000,19419.0000
"L5","T2","2023-11-06 10:00:00","trade","tradespot","currency","XXBT","spot / main",0.5000000000,0,1.5000000000
"L6","T3","2024-03-12 10:00:00","trade","tradespot","currency","XXBT","spot / main",-0.8000000000,0,0.7000000000
"L7","T3","2024-03-12 10:00:00","trade","tradespot","currency","ZUSD","spot / main",57200.0000,91.5200,76527.4800
"""
COINBASE = """ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,\
Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
c1,2023-03-10 12:00:00 UTC,Buy,ETH,10,USD,$1430.00,$14300.00,$14385.80,$85.80,
c2,2024-02-20 12:00:00 UTC,Sell,ETH,-4,USD,$2950.00,$11800.00,$11729.20,$70.80,
c3,2024-05-21 12:00:00 UTC,Buy,SOL,60,USD,$178.00,$10680.00,$10744.08,$64.08,
c4,2024-06-01 12:00:00 UTC,Staking Income,ETH,0.05,USD,$3780.00,$189.00,$189.00,$0.00,
"""
BITSTAMP = """ID,Account,Type,Subtype,Datetime,Amount,Amount currency,Value,Value currency,\
Rate,Rate currency,Fee,Fee currency,Order ID
1,Main Account,Market,Buy,2024-01-15T10:00:00Z,2,ETH,5040,USD,2520,USD,15.12,USD,1001
2,Main Account,Market,Sell,2024-07-05T10:00:00Z,1,ETH,2930,USD,2930,USD,8.79,USD,1002
"""
UNKNOWN = """When;What;Coin;Units;Paid in dollars;Charge
10.04.2024 09:30;Bought;LINK;120,5;2.180,10;4,36
02.08.2024 16:45;Sold;LINK;60,25;785,00;1,57
15.08.2024 08:00;Reward;LINK;0,75;;
20.08.2024 08:00;Note;;;;
"""
DECLARED = """
name = "corner-desk"
wallet = "Corner Desk"
time = "When"
formats = ["%d.%m.%Y %H:%M"]
zone = "Europe/Berlin"
kind = "What"
change = "Units : Coin"
fee = "Charge : =USD"

[kinds]
"income staking" = ["Reward"]
"left a note" = ["Note"]

[[rules]]
of = ["Bought"]
is = "trade"
sent = "Paid in dollars : =USD"
received = "Units : Coin"

[[rules]]
of = ["Sold"]
is = "trade"
sent = "Units : Coin"
received = "Paid in dollars : =USD"
"""
"""The whole of a format, as a file of `premium/tax/importers/formats` says it beside its headers and samples."""
FILES = {"kraken-ledgers.csv": KRAKEN, "coinbase.csv": COINBASE, "bitstamp.csv": BITSTAMP}
