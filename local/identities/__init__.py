"""Stand for Google on one machine, as an OpenID provider.

Discovery, keys, a page of consent, a token endpoint. The inbox's process serves it on the stage `local` under
`/openid`, tests in a thread, where it can hang and lie, too.
"""
