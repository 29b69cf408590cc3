"""Words that people's passwords are made of, for lack of a better idea.

Passwords have twelve characters at least, so that a list of whole ones would hold few: what counts is what they are
made of. Lower case, letters alone.
"""

from __future__ import annotations

_TEXT = """
password passwort passwd pass word motdepasse contrasena wachtwoord secret geheim letmein welcome willkommen
bienvenue hello hallo login signin admin administrator root user username guest default changeme change test
testing temp demo example sample access master shadow qwerty qwertz azerty qwert asdf asdfgh asdfghjkl zxcv zxcvbn
zxcvbnm yxcvbnm qazwsx qwertyuiop abc abcd abcdef abcdefgh abcdefghijkl trustno iloveyou loveyou love lover
ihateyou whatever nothing monkey dragon tiger lion eagle panther wolf horse kitty puppy dolphin butterfly
sunshine moonlight starlight rainbow summer winter spring autumn january february march april june july august
september october november december monday tuesday wednesday thursday friday saturday sunday football baseball
basketball soccer hockey tennis golf fussball superman batman spiderman ironman starwars pokemon naruto minecraft
fortnite princess prince queen king angel heaven devil jesus christ god freedom forever family friends friend
mother father sister brother daughter michael michelle jennifer jessica daniel thomas robert george charlie
andrew matthew joshua anthony nicole ashley amanda hannah sophie maria anna alex max sam ginger cookie chocolate
banana orange cherry apple pepper cheese flower hunter ranger killer hacker ninja pirate soldier thunder lightning
diamond silver golden gold money dollar rich bitcoin ethereum crypto blockchain wallet satoshi hodl moon lambo
defi premium platform trading trader invest profit finance bank exchange coinbase binance metamask google facebook
youtube twitter amazon microsoft windows iphone samsung android computer internet server london paris
berlin madrid newyork america england germany france mustang ferrari porsche mercedes corvette yamaha harley
liverpool chelsea arsenal manchester barcelona juventus please enter open sesame blink metallica nirvana
correct battery staple
"""
WORDS = frozenset(_TEXT.split())
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm",
        "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp")  # fmt: skip
"""Neighbours in the alphabet, among digits and on keyboards."""
