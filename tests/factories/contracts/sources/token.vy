# expects: mint pause
# A token whose owner mints and pauses, in the language's own forms: nonreentrancy, ranges, loops, default arguments.
event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

owner: public(address)
paused: public(bool)
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
notes: public(DynArray[uint256, 8])

@deploy
def __init__():
    self.owner = msg.sender

@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert not self.paused
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount

@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._move(msg.sender, receiver, amount)
    return True

@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    self.allowance[sender][msg.sender] -= amount
    self._move(sender, receiver, amount)
    return True

@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    return True

@external
def issue(receiver: address, amount: uint256 = 1):
    assert msg.sender == self.owner
    self.totalSupply += amount
    self.balanceOf[receiver] += amount

@external
def stop(on: bool):
    assert msg.sender == self.owner
    self.paused = on

@external
def note(number: uint256):
    for one: uint256 in self.notes:
        assert one != number
    self.notes.append(number)

@external
@payable
def give():
    pass

@view
@external
def decimals() -> uint8:
    return 18
