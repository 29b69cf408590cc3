# @version ^0.3.7
# Faults in the manner of Vyper 0.3; what only looks alike stands beside each.
from vyper.interfaces import ERC20
interface Game:
    def played(who: address) -> uint256: nonpayable
    def level(who: address) -> uint256: view
struct Player:
    who: address
    stake: uint256
owner: public(address)
held: public(HashMap[address, uint256])
won: HashMap[address, uint256]
players: DynArray[Player, 1000]
token: address
@external
def __init__(t: address):
    self.owner = msg.sender
    self.token = t
@internal
@view
def _is_owner(who: address) -> bool:
    return who == self.owner
@external
@payable
def put():
    self.held[msg.sender] += msg.value
@external
def leave(amount: uint256):
    assert self.held[msg.sender] >= amount
    raw_call(msg.sender, b"", value=amount) #! reentrancy
    self.held[msg.sender] -= amount
@external
@nonreentrant("lock")
def leave_locked(amount: uint256):
    assert self.held[msg.sender] >= amount
    raw_call(msg.sender, b"", value=amount)
    self.held[msg.sender] -= amount
@external
def end(to: address):
    selfdestruct(to) #! access_control
@external
def end_by_owner(to: address):
    if msg.sender != self.owner:
        raise "owner alone"
    selfdestruct(to)
@external
def own(to: address):
    self.owner = to #! access_control
@external
def play(game: address):
    before: uint256 = self.won[msg.sender]
    Game(game).played(msg.sender) #! reentrancy
    self.won[msg.sender] = before + 1
@external
def look(game: address):
    before: uint256 = self.won[msg.sender]
    more: uint256 = Game(game).level(msg.sender)
    self.won[msg.sender] = before + more + ERC20(self.token).balanceOf(self)
@external
def draw() -> uint256:
    return convert(blockhash(block.number - 1), uint256) % 10 #! bad_randomness
@external
@payable
def join():
    self.players.append(Player({who: msg.sender, stake: msg.value}))
@external
def pay_all():
    for one in self.players:
        send(one.who, one.stake) #! denial_of_service
@external
@view
def total() -> uint256:
    found: uint256 = 0
    for one in self.players:
        found += one.stake
    return found
