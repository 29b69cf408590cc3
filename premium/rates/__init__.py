"""Exchange rates of currencies, as central banks and tax authorities publish them, by day.

The door is `service.ExchangeRates`.
"""
