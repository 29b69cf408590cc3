# pragma version ^0.4.0
# Faults in the manner of Vyper 0.4; each is marked at its statement, and what only looks alike stands beside it.
from ethereum.ercs import IERC20
interface Game:
    def played(who: address) -> uint256: nonpayable
    def level(who: address) -> uint256: view
struct Player:
    who: address
    stake: uint256
owner: public(address)
keeper: immutable(address)
held: public(HashMap[address, uint256])
won: HashMap[address, uint256]
players: DynArray[Player, 1000]
few: DynArray[address, 8]
answer: bytes32
prize: uint256
points: HashMap[address, uint256]
last: address
@deploy
def __init__(a: bytes32):
    self.owner = msg.sender
    keeper = msg.sender
    self.answer = a
@internal
def _only():
    assert msg.sender == self.owner, "owner alone"
@external
@payable
def put():
    self.held[msg.sender] += msg.value
@external
def leave():
    raw_call(msg.sender, b"", value=self.held[msg.sender]) #! reentrancy
    self.held[msg.sender] = 0
@external
@nonreentrant
def leave_locked():
    raw_call(msg.sender, b"", value=self.held[msg.sender])
    self.held[msg.sender] = 0
@external
def leave_rightly():
    amount: uint256 = self.held[msg.sender]
    self.held[msg.sender] = 0
    send(msg.sender, amount)
@external
def own(to: address):
    self.owner = to #! access_control
@external
def hand_over(to: address):
    self._only()
    self.owner = to
@external
def run(code: address, data: Bytes[1024]):
    raw_call(code, data, is_delegate_call=True) #! access_control
@external
def run_by_owner(code: address, data: Bytes[1024]):
    self._only()
    raw_call(code, data, is_delegate_call=True)
@external
def origin_only():
    assert tx.origin == keeper #! access_control
    self.prize = 1
@external
def again():
    send(msg.sender, self.won[msg.sender]) #! access_control
@external
def lose(points: uint256):
    self.points[msg.sender] = unsafe_sub(self.points[msg.sender], points) #! arithmetic
@external
def lose_checked(points: uint256):
    assert points <= self.points[msg.sender]
    self.points[msg.sender] = unsafe_sub(self.points[msg.sender], points)
@external
def lose_plainly(points: uint256):
    self.points[msg.sender] -= points
@external
def pay(to: address):
    self._only()
    done: bool = raw_call(to, b"", value=1, revert_on_failure=False) #! unchecked_low_level_calls
@external
def pay_seen(to: address):
    self._only()
    done: bool = raw_call(to, b"", value=1, revert_on_failure=False)
    assert done, "not paid"
@external
@payable
def join():
    self.players.append(Player(who=msg.sender, stake=msg.value))
@external
def pay_all():
    for one: Player in self.players:
        send(one.who, one.stake) #! denial_of_service
@external
def sum_all():
    for one: Player in self.players: #! denial_of_service
        self.points[one.who] += 1
@external
def sum_few():
    for one: address in self.few:
        self.points[one] += 1
@external
def draw() -> uint256:
    return convert(keccak256(concat(block.prevhash, convert(msg.sender, bytes20))), uint256) % 10 #! bad_randomness
@external
def open_now():
    assert block.timestamp == 1700000000 #! time_manipulation
    self.prize = 2
@external
def solve(guess: String[64]):
    assert keccak256(guess) == self.answer
    send(msg.sender, 10 ** 18) #! front_running
@external
def ask(game: address):
    self.won[msg.sender] = staticcall Game(game).level(msg.sender)
@external
def play(game: address):
    before: uint256 = self.won[msg.sender]
    extcall Game(game).played(msg.sender) #! reentrancy
    self.won[msg.sender] = before + 1
@external
@payable
def outbid():
    assert msg.value > self.prize
    send(self.last, self.prize) #! denial_of_service
    self.last = msg.sender
    self.prize = msg.value
