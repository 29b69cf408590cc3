// Reads standard-JSON inputs (a JSON array) from stdin, writes the compiler's outputs as a JSON array to stdout.
// Imports of published packages are read from node_modules.
const fs = require('fs');
const path = require('path');
const solc = require('solc');
const root = path.dirname(path.dirname(require.resolve('solc')));
const read = (name) => {
  try {
    return { contents: fs.readFileSync(path.join(root, name), 'utf8') };
  } catch (error) {
    return { error: error.message };
  }
};
const inputs = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(
  JSON.stringify(inputs.map((input) => JSON.parse(solc.compile(JSON.stringify(input), { import: read })))),
);
