'use strict';
// A regtest node of bcoin in memory, told in Esplora's shape. Started by node.py: `node node.js <folder with bcoin>`.
process.env.NODE_BACKEND = 'js';
const Module = require('module');
const load = Module._load;
// leveldown does not build on newer Nodes, and a node in memory never opens it.
Module._load = (name, ...rest) => (name === 'leveldown' ? class {} : load(name, ...rest));
const http = require('http');
const path = require('path');
const crypto = require('crypto');
const at = (name) => path.join(process.argv[2], 'node_modules', 'bcoin', 'lib', name);
const FullNode = require(at('node/fullnode'));
const MTX = require(at('primitives/mtx'));
const Coin = require(at('primitives/coin'));
const KeyRing = require(at('primitives/keyring'));
const Address = require(at('primitives/address'));
const Script = require(at('script/script'));
const rev = (hash) => Buffer.from(hash).reverse().toString('hex');
const name = (script) => crypto.createHash('sha256').update(script).digest('hex');

const node = new FullNode({network: 'regtest', memory: true, workers: false, listen: false, noHttp: true, plugins: []});
const ring = KeyRing.generate();
ring.witness = false;
let blocks = [], waiting = [], all = new Map();

function take(tx, height, block) {
  const id = tx.txid();
  const known = all.get(id);
  const vin = tx.inputs.map((input) => {
    const from = all.get(rev(input.prevout.hash));
    const out = from && from.vout[input.prevout.index];
    return {txid: rev(input.prevout.hash), vout: input.prevout.index, prevout: out || null, scriptsig: input.script.toRaw().toString('hex'),
      is_coinbase: tx.isCoinbase(), sequence: input.sequence, witness: input.witness.items.map((i) => i.toString('hex'))};
  });
  const vout = tx.outputs.map((out) => ({scriptpubkey: out.script.toRaw().toString('hex'), value: out.value, hash: name(out.script.toRaw())}));
  const spent = vin.reduce((sum, i) => sum + (i.prevout ? i.prevout.value : 0), 0), made = vout.reduce((sum, o) => sum + o.value, 0);
  const status = block ? {confirmed: true, block_height: height, block_hash: block.rhash(), block_time: block.time} : {confirmed: false};
  all.set(id, {txid: id, version: tx.version, locktime: tx.locktime, vin, vout, size: tx.getSize(), weight: tx.getWeight(),
    fee: tx.isCoinbase() ? 0 : spent - made, status, raw: tx.toRaw(), order: known ? known.order : all.size});
}
async function reload() {
  all = new Map(); blocks = [];
  for (let height = 0; height <= node.chain.height; height++) {
    const block = await node.chain.getBlock(await node.chain.getHash(height));
    blocks.push(block);
    block.txs.forEach((tx) => take(tx, height, block));
  }
  for (const tx of waiting) if (!all.has(tx.txid())) take(tx);
  waiting = waiting.filter((tx) => !all.get(tx.txid()).status.confirmed);
}
async function generate(count, script) {
  for (let i = 0; i < count; i++) {
    const address = Address.fromScript(Script.fromRaw(Buffer.from(script, 'hex')));
    const block = await node.miner.cpu.mineBlock(node.chain.tip, address);
    if (!await node.chain.add(block)) throw new Error('not accepted');
  }
  await reload();
}
const api = {
  '/mine': async ({count, script}) => { await generate(count, script || Script.fromPubkeyhash(ring.getHash()).toRaw().toString('hex')); return blocks.length - 1; },
  '/send': async ({outputs, fee}) => {
    const spent = new Set([...all.values()].flatMap((t) => t.vin.map((i) => `${i.txid}:${i.vout}`)));
    const mine = Script.fromPubkeyhash(ring.getHash()).toRaw().toString('hex');
    const mtx = new MTX();
    let need = outputs.reduce((sum, o) => sum + o[1], 0) + fee;
    for (const o of outputs) mtx.addOutput(Script.fromRaw(Buffer.from(o[0], 'hex')), o[1]);
    for (const t of all.values()) {
      if (!t.status.confirmed || (t.vin[0].is_coinbase && blocks.length - t.status.block_height < 101)) continue;
      t.vout.forEach((o, i) => {
        if (need <= 0 || o.scriptpubkey !== mine || spent.has(`${t.txid}:${i}`)) return;
        mtx.addCoin(Coin.fromJSON({version: 1, height: t.status.block_height, value: o.value, script: o.scriptpubkey, coinbase: t.vin[0].is_coinbase, hash: t.txid, index: i}));
        need -= o.value;
      });
    }
    if (need > 0) throw new Error('not enough coin');
    if (need < 0) mtx.addOutput(Script.fromRaw(Buffer.from(mine, 'hex')), -need);
    mtx.sign(ring);
    const tx = mtx.toTX();
    await node.mempool.addTX(tx);
    waiting.push(tx); await reload();
    return tx.txid();
  },
};
function stats(script, confirmed) {
  const mine = [...all.values()].filter((t) => t.status.confirmed === confirmed);
  const funded = mine.flatMap((t) => t.vout.filter((o) => o.hash === script)), used = mine.flatMap((t) => t.vin.filter((i) => i.prevout && i.prevout.hash === script));
  const sum = (rows) => rows.reduce((total, row) => total + row.value, 0);
  return {tx_count: mine.filter((t) => touches(t, script)).length, funded_txo_count: funded.length, funded_txo_sum: sum(funded),
    spent_txo_count: used.length, spent_txo_sum: sum(used.map((i) => i.prevout))};
}
const touches = (t, script) => t.vout.some((o) => o.hash === script) || t.vin.some((i) => i.prevout && i.prevout.hash === script);
const newest = (a, b) => (b.status.block_height || 1e9) - (a.status.block_height || 1e9) || b.order - a.order;
const told = ({raw, order, ...rest}) => rest;
const brief = (block, height) => ({id: block.rhash(), height, version: block.version, timestamp: block.time, tx_count: block.txs.length, size: block.getSize(),
  weight: block.getWeight(), merkle_root: rev(block.merkleRoot), previousblockhash: rev(block.prevBlock), mediantime: block.time, nonce: block.nonce, bits: block.bits, difficulty: 1});
function answer(parts) {
  const [first, second, third, fourth, fifth] = parts;
  const tip = blocks.length - 1;
  if (first === 'blocks' && second === 'tip') return third === 'height' ? String(tip) : blocks[tip].rhash();
  if (first === 'blocks') { const from = second === undefined ? tip : Number(second); const rows = []; for (let h = from; h >= 0 && rows.length < 10; h--) rows.push(brief(blocks[h], h)); return rows; }
  if (first === 'block-height') return blocks[Number(second)] && blocks[Number(second)].rhash();
  if (first === 'block') {
    const height = blocks.findIndex((b) => b.rhash() === second);
    if (height < 0) return undefined;
    return third === 'header' ? blocks[height].toHeaders().toRaw().toString('hex') : third === 'status' ? {in_best_chain: true, height, next_best: null} : brief(blocks[height], height);
  }
  if (first === 'tx') { const t = all.get(second); return t && (third === 'raw' ? t.raw : third === 'hex' ? t.raw.toString('hex') : third === 'status' ? t.status : told(t)); }
  if (first === 'scripthash') {
    if (third === undefined) return {scripthash: second, chain_stats: stats(second, true), mempool_stats: stats(second, false)};
    const rows = [...all.values()].filter((t) => touches(t, second)).sort(newest);
    if (third === 'utxo') {
      const spent = new Set([...all.values()].flatMap((t) => t.vin.map((i) => `${i.txid}:${i.vout}`)));
      return rows.flatMap((t) => t.vout.map((o, vout) => ({txid: t.txid, vout, status: t.status, value: o.value, o})).filter((r) => r.o.hash === second && !spent.has(`${r.txid}:${r.vout}`)).map(({o, ...r}) => r));
    }
    if (fourth === 'chain') { const mined = rows.filter((t) => t.status.confirmed); const from = fifth ? mined.findIndex((t) => t.txid === fifth) + 1 : 0; return mined.slice(from, from + 25).map(told); }
    return rows.slice(0, 50).map(told);
  }
  if (first === 'fee-estimates') return {1: 1.0};
  return undefined;
}
(async () => {
  await node.open(); await node.connect(); await reload();
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', async () => {
      try {
        const said = request.method === 'POST' ? await api[request.url](JSON.parse(body)) : answer(request.url.split('?')[0].split('/').slice(1));
        if (said === undefined) { response.statusCode = 404; return response.end('not found'); }
        response.end(Buffer.isBuffer(said) ? said : typeof said === 'string' ? said : JSON.stringify(said));
      } catch (error) { response.statusCode = 500; response.end(String(error.stack)); }
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
})().catch((error) => { console.error(error); process.exit(1); });
