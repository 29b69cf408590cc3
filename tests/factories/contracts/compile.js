// Reads standard-JSON inputs (a JSON array) from stdin, writes the compiler's outputs as a JSON array to stdout.
const solc = require('solc');
const inputs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(inputs.map((input) => JSON.parse(solc.compile(JSON.stringify(input))))));
