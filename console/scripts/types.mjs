// Writes src/api/schema.d.ts from the OpenAPI document on standard input, without its texts: the reference has them.
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

import openapiTS from "openapi-typescript";
import ts from "typescript";

const nodes = await openapiTS(JSON.parse(await text(process.stdin)));
const file = ts.createSourceFile("schema.d.ts", "", ts.ScriptTarget.Latest);
const printer = ts.createPrinter({ removeComments: true });
const lines = nodes.map((node) => printer.printNode(ts.EmitHint.Unspecified, node, file));
const [to = new URL("../src/api/schema.d.ts", import.meta.url)] = process.argv.slice(2);
writeFileSync(to, `// Made of the API's document by "make console-types"; not to be changed by hand.\n${lines.join("\n")}\n`);
