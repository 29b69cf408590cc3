// A regtest node of bcoin in memory, told in Esplora's shape. Its port is the first line that it prints.
'use strict';

process.env.NODE_BACKEND = 'js';
const Module = require('module');
const load = Module._load;
// The database on disk does not build on newer Nodes, and is not used: all of it is in memory.
Module._load = (name, ...rest) => (name === 'leveldown' ? class {} : load(name, ...rest));
const { createHash } = require('crypto');
const http = require('http');
const path = require('path');
const bcoin = require(path.join(process.argv[2], 'node_modules', 'bcoin'));

const node = new bcoin.FullNode({ network: 'regtest', memory: true, workers: false, listen: false, noDns: true });
const ring = bcoin.KeyRing.fromPrivate(Buffer.alloc(32, 7), true);
const mined = []; // {tx, height}, oldest first
const outputs = new Map(); // 'txid:place' → output
const coins = []; // of the node's own: {hash, index, value, script, height}
const named = (script) => createHash('sha256').update(script).digest('hex');

function take(tx, height) {
  tx.outputs.forEach((output, place) => outputs.set(`${tx.txid()}:${place}`, output));
  if (height !== null) mined.push({ tx, height });
}

async function block(address) {
  const made = await node.miner.mineBlock(node.chain.tip, address);
  if (!(await node.chain.add(made))) throw new Error('a block was refused');
}

async function mine(count) {
  for (let n = 0; n < count; n += 1) await block(ring.getAddress());
}

const earn = (script) => block(bcoin.Address.fromScript(bcoin.Script.fromRaw(script)));

async function pay(wanted, isMined) {
  const fee = 10000;
  const total = wanted.reduce((sum, [, units]) => sum + units, fee);
  const mtx = new bcoin.MTX();
  let got = 0;
  while (got < total) {
    const coin = coins.find((each) => node.chain.height + 1 - each.height >= 100);
    coins.splice(coins.indexOf(coin), 1);
    mtx.addCoin(coin.coin);
    got += coin.coin.value;
  }
  for (const [script, units] of wanted) mtx.addOutput(bcoin.Script.fromRaw(Buffer.from(script, 'hex')), units);
  mtx.addOutput(ring.getAddress(), got - total);
  mtx.sign(ring);
  const tx = mtx.toTX();
  take(tx, null);
  await node.mempool.addTX(tx);
  if (isMined) await mine(1);
  return tx.txid();
}

function status(height, hash, time) {
  return height === null ? { confirmed: false } : { confirmed: true, block_height: height, block_hash: hash, block_time: time };
}

async function told({ tx, height }) {
  const entry = height === null ? null : await node.chain.getEntryByHeight(height);
  const isCoinbase = tx.isCoinbase();
  const before = isCoinbase ? [] : tx.inputs.map((input) => outputs.get(`${input.prevout.txid()}:${input.prevout.index}`));
  const shown = (output) => ({ value: output.value, scriptpubkey: output.script.toRaw().toString('hex') });
  const vin = tx.inputs.map((input, place) => ({
    txid: input.prevout.txid(), vout: input.prevout.index, prevout: isCoinbase ? null : shown(before[place]),
    scriptsig: input.script.toRaw().toString('hex'), witness: input.witness.items.map((item) => item.toString('hex')),
    is_coinbase: isCoinbase, sequence: input.sequence,
  }));
  const paid = tx.outputs.reduce((sum, output) => sum + output.value, 0);
  const fee = isCoinbase ? 0 : before.reduce((sum, output) => sum + output.value, 0) - paid;
  return {
    txid: tx.txid(), version: tx.version, locktime: tx.locktime, vin, vout: tx.outputs.map(shown), size: tx.getSize(),
    weight: tx.getWeight(), fee, status: status(height, entry && entry.rhash(), entry && entry.time),
  };
}

function waiting() {
  return [...node.mempool.map.values()].map((entry) => ({ tx: entry.tx, height: null }));
}

function touches({ tx }, name) {
  const spent = tx.isCoinbase() ? [] : tx.inputs.map((i) => outputs.get(`${i.prevout.txid()}:${i.prevout.index}`));
  return [...tx.outputs, ...spent].some((output) => named(output.script.toRaw()) === name);
}

function stats(rows, name) {
  const mine = rows.filter((row) => touches(row, name));
  const funded = mine.flatMap(({ tx }) => tx.outputs).filter((output) => named(output.script.toRaw()) === name);
  const spent = mine.filter(({ tx }) => !tx.isCoinbase())
    .flatMap(({ tx }) => tx.inputs.map((i) => outputs.get(`${i.prevout.txid()}:${i.prevout.index}`)))
    .filter((output) => named(output.script.toRaw()) === name);
  const sum = (all) => all.reduce((total, output) => total + output.value, 0);
  return {
    tx_count: mine.length, funded_txo_count: funded.length, funded_txo_sum: sum(funded),
    spent_txo_count: spent.length, spent_txo_sum: sum(spent),
  };
}

async function summary(height) {
  const entry = await node.chain.getEntryByHeight(height);
  const reversed = (hash) => Buffer.from(hash, 'hex').reverse().toString('hex');
  return {
    id: entry.rhash(), height, timestamp: entry.time, mediantime: entry.time, version: entry.version, bits: entry.bits,
    nonce: entry.nonce, difficulty: 1, tx_count: 1, size: 1, weight: 4, merkle_root: reversed(entry.merkleRoot),
    previousblockhash: height === 0 ? null : reversed(entry.prevBlock),
  };
}

async function utxo(name) {
  const rows = [...mined, ...waiting()];
  const gone = new Set(rows.flatMap(({ tx }) => tx.inputs.map((i) => `${i.prevout.txid()}:${i.prevout.index}`)));
  const found = [];
  for (const row of rows) {
    for (const [vout, output] of row.tx.outputs.entries()) {
      if (named(output.script.toRaw()) !== name || gone.has(`${row.tx.txid()}:${vout}`)) continue;
      found.push({ txid: row.tx.txid(), vout, value: output.value, status: (await told(row)).status });
    }
  }
  return found;
}

async function of(name, after, isChain) {
  const confirmed = mined.filter((row) => touches(row, name)).reverse();
  const first = after ? confirmed.findIndex(({ tx }) => tx.txid() === after) + 1 : 0;
  const rows = [...(isChain ? [] : waiting().filter((row) => touches(row, name))), ...confirmed.slice(first, first + 25)];
  return Promise.all(rows.map(told));
}

async function answer(parts, body) {
  const [one, two, three, four, five] = parts;
  const height = node.chain.height;
  if (one === '_mine') return mine(body.count).then(() => node.chain.height);
  if (one === '_earn') return earn(Buffer.from(body.script, 'hex')).then(() => node.chain.height);
  if (one === '_pay') return pay(body.outputs, body.mined);
  if (one === 'blocks' && two === 'tip') return three === 'hash' ? node.chain.tip.rhash() : String(height);
  if (one === 'blocks') {
    const last = two === undefined ? height : Number(two);
    return Promise.all(Array.from({ length: Math.min(10, last + 1) }, (_, n) => summary(last - n)));
  }
  if (one === 'block-height') return Number(two) > height ? null : (await summary(Number(two))).id;
  if (one === 'block') {
    const entry = await node.chain.getEntry(Buffer.from(two, 'hex').reverse().toString('hex'));
    return entry && (three === 'status' ? { in_best_chain: true, height: entry.height } : summary(entry.height));
  }
  if (one === 'tx') {
    const row = [...mined, ...waiting()].find(({ tx }) => tx.txid() === two);
    return row ? told(row) : null;
  }
  if (one === 'scripthash' && three === undefined) {
    return { scripthash: two, chain_stats: stats(mined, two), mempool_stats: stats(waiting(), two) };
  }
  if (one === 'scripthash' && three === 'utxo') return utxo(two);
  if (one === 'scripthash' && three === 'txs') return of(two, five, four === 'chain');
  return null;
}

async function main() {
  await node.open();
  node.chain.on('connect', (entry, block) => {
    block.txs.forEach((tx) => take(tx, entry.height));
    const coin = bcoin.Coin.fromTX(block.txs[0], 0, entry.height);
    if (coin.script.equals(bcoin.Script.fromAddress(ring.getAddress()))) coins.push({ coin, height: entry.height });
  });
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      try {
        const body = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
        const said = await answer(request.url.split('/').slice(1), body);
        const text = typeof said === 'string' ? said : JSON.stringify(said);
        response.writeHead(said === null ? 404 : 200, { 'content-type': typeof said === 'string' ? 'text/plain' : 'application/json' });
        response.end(said === null ? 'not found' : text);
      } catch (error) {
        response.writeHead(500);
        response.end(String(error.stack));
      }
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
