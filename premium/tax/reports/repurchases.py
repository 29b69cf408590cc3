"""What each country says of a loss whose asset is bought again, with its source."""

BOUGHT_AGAIN = {
    "US": "buying again within 30 days denies no loss: IRC § 1091 speaks of stock and securities",
    "GB": "units bought within 30 days after are matched with the sale before the pool is (TCGA 1992 s 106A)",
    "DE": "no rule of § 23 EStG on buying again; losses of lots held for more than a year do not count",
    "CA": "units bought 30 days before or after, and held on the 30th day, deny the loss (ITA s 54)",
    "AU": "a sale and purchase for the loss alone may be a wash sale (TR 2008/1, ITAA 1936 Part IVA)",
    "FR": "an exchange for digital assets is no sale; a loss counts in its own year alone (art. 150 VH bis CGI)",
    "IE": "units bought within four weeks ring-fence the loss (TCA 1997 s 581(3))",
    "JP": "a loss of miscellaneous income counts against no other kind of income (Income Tax Act art. 69)",
}
