import createClient from "openapi-fetch";
import type { paths } from "./api";

async function main(): Promise<void> {
  const client = createClient<paths>({ baseUrl: process.argv[2] });
  const made = await client.POST("/v1/alerts/rules", {
    body: { name: "Whales", type: "whale", conditions: [{ field: "amount_usd", operator: "gte", value: "1000000" }] },
  });
  if (made.error) throw new Error(made.error.error.code);
  const ruleId = made.data.data.id;
  const read = await client.GET("/v1/alerts/rules/{ruleId}", { params: { path: { ruleId } } });
  const gone = await client.GET("/v1/alerts/rules/{ruleId}", {
    params: { path: { ruleId: "00000000-0000-4000-8000-000000000000" } },
  });
  const code: "NOT_FOUND" | string | undefined = gone.error?.error.code;
  console.log(JSON.stringify({ name: read.data?.data.name, code, limit: made.response.headers.get("X-RateLimit-Limit") }));
}

void main();
