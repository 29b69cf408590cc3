# expects: hidden_owner mint ownership_regain signature_replay rebasing
# An owner for show, another who mints and comes back, shares for balances, and a signature that serves for ever.
owner: public(address)
dev: address
shares: HashMap[address, uint256]
pooled: uint256
issued: uint256
lent: HashMap[address, HashMap[address, uint256]]

@deploy
def __init__():
    self.owner = msg.sender
    self.dev = msg.sender
    self.pooled = 10 ** 18
    self.issued = 10 ** 18
    self.shares[msg.sender] = 10 ** 18

@external
@view
def balanceOf(who: address) -> uint256:
    return self.shares[who] * self.pooled // self.issued

@external
def transfer(receiver: address, amount: uint256) -> bool:
    self.shares[msg.sender] -= amount
    self.shares[receiver] += amount
    return True

@external
@payable
def feed():
    self.pooled += msg.value

@external
def issue(receiver: address, amount: uint256):
    assert msg.sender == self.dev
    self.shares[receiver] += amount
    self.issued += amount

@external
def renounceOwnership():
    assert msg.sender == self.owner
    self.owner = empty(address)

@external
def comeBack():
    assert msg.sender == self.dev
    self.owner = msg.sender

@external
def lend(holder: address, to: address, amount: uint256, v: uint256, r: uint256, s: uint256):
    digest: bytes32 = keccak256(concat(convert(holder, bytes32), convert(to, bytes32), convert(amount, bytes32)))
    assert holder != empty(address) and ecrecover(digest, v, r, s) == holder
    self.lent[holder][to] = amount
